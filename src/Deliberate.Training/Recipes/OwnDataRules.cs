namespace Deliberate.Training;

/// <summary>What data and problems of the user's cannot be combined with, and why.</summary>
internal static class OwnDataRules
{
    public static IEnumerable<(string Key, string Problem)> Clashes(TrainRecipe recipe)
    {
        var (supervised, problems) = (recipe.Supervised, recipe.Problems);
        var hasData = supervised.Data.Count > 0;
        var learns = recipe.Reinforcement.Steps > 0 || recipe.ExpertIteration.Rounds > 0;
        if (hasData && supervised is { Tokens: 0, Epochs: null }) yield return ("supervised", "There is data, but tokens is 0: nothing of it would be read. Say tokens, or epochs.");
        if (problems is not null && !hasData && supervised is { Tokens: > 0, FamilyShare: null })
            yield return ("supervised", $"The problems are yours, but what is imitated before would be the corpus of {recipe.Family.Name}. Name data of yours, set tokens to 0, or family_share to 1 if that is meant.");
        if (problems is not null && !learns && recipe.Evaluation.Problems == 0) yield return ("problems", "Nothing uses the problems: there is no reinforcement learning, no expert iteration and no evaluation.");
        if (recipe.Reinforcement.Epochs is not null && problems is null) yield return ("reinforcement.epochs", "There are no problems of yours to pass over: a family never ends. Say steps instead.");
        if (recipe.Reinforcement is { Epochs: not null, Curriculum.Kind: not CurriculumKind.None }) yield return ("reinforcement.epochs", "A curriculum asks each level as often as it needs: there are no passes over all problems. Say steps instead.");
        if (recipe.Reinforcement is { Steps: > 0, EarlyStopping: not null } && (recipe.Evaluation.Problems == 0 || recipe.Evaluation.Every == 0)) yield return ("reinforcement.early_stopping", "Nothing is evaluated in between: evaluation.every and evaluation.problems must be above 0.");
        if (recipe.Environment is { IsOwn: true } && problems is null) yield return ("environment", "It plays problems of yours, and there are none: name their file in problems.train. A family that is an environment is named in family.name.");
        if (recipe.Environment is { IsOwn: false } && !recipe.IsPlayed) yield return ("environment", problems is null ? $"{recipe.Family.Name} is answered in one turn: there is nothing to play. Environments are {string.Join(", ", Reasoning.EnvironmentList.All.Select(e => e.Name))}." : "Nothing plays the problems: say environment.command, or environment.assembly.");
        if (recipe.Environment is { IsOwn: true } && problems is { } and ({ Verifier: not null } or { Tests: not null } or { Grader: not null })) yield return ("problems", "The environment decides what is right: leave grader, verifier and tests out.");
        if (recipe.IsPlayed && recipe.ExpertIteration is { Rounds: > 0, EveryStepRight: true }) yield return ("expert_iteration", "every_step_right needs a checker of steps, and nobody checks those of an episode.");
        if (recipe.IsPlayed && Training.Teacher.Samples(recipe)) yield return ("expert_iteration.sampler", "A teacher's samples are of one turn, and these problems are played in several.");
        if (recipe.IsPlayed && recipe.Reinforcement.Steps > 0 && recipe.Reinforcement.Stop.Count > 0 && recipe.Model.From is null) yield return ("reinforcement.stop", "A turn of an episode ends with the end token, so that the reply can follow it.");
        foreach (var (at, term) in recipe.Reinforcement.Rewards.Index())
        {
            var key = $"reinforcement.rewards[{at}]";
            if (term is ComponentReward && problems is null) yield return (key, "A component is what a verifier of yours gives: problems.verifier is missing.");
            if (term is ComponentReward && problems is { Verifier: null, Tests: null }) yield return (key, "A component is what a verifier of yours gives, and these problems have a grader.");
            if (term is AllStepsReward && problems is not null && recipe.Reinforcement.Steps > 0) yield return (key, "all_steps_right needs a checker of steps, which only the families have.");
        }

        if (problems is not null && recipe.ExpertIteration is { Rounds: > 0, EveryStepRight: true }) yield return ("expert_iteration", "every_step_right needs a checker of steps, which only the families have.");
        if (problems is not null && !recipe.Family.ChainOfThought && !recipe.UsesFamily) yield return ("family", "chain_of_thought is about the family's corpus, of which this run reads nothing.");
        foreach (var (key, curriculum) in new[] { ("reinforcement", recipe.Reinforcement.Curriculum), ("expert_iteration", recipe.ExpertIteration.Curriculum) })
            if (problems is not null && curriculum.Kind != CurriculumKind.None && curriculum.Levels.Count == 0) yield return (key, "A curriculum over problems of yours names its levels, from easy to hard, in curriculum.levels: those of the field \"level\" of the lines.");
        if (recipe.Model.Tokenizer.Kind == TokenizerKind.Bpe && !hasData && problems is null) yield return ("model", "tokenizer.kind bpe is trained on data or problems of yours, and there are none.");
    }
}
