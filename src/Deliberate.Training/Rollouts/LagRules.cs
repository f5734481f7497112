namespace Deliberate.Training;

/// <summary>What does not go together with sampling ahead, and why.</summary>
internal static class LagRules
{
    public static IEnumerable<(string Key, string Problem)> Problems(TrainRecipe recipe)
    {
        const string Key = "reinforcement.lag";
        var rl = recipe.Reinforcement;
        if (rl.Lag is not { } lag) yield break;
        var estimator = AdvantageEstimators.All.FirstOrDefault(e => e.Name == rl.Advantage);
        if (rl.Steps == 0) yield return (Key, "There is no reinforcement learning that would sample.");
        if (recipe.SamplesElsewhere) yield return (Key, "Only this program's own engine samples ahead: servers of rollouts and training take turns. Leave lag out.");
        if (rl.Staleness > 0) yield return (Key, "staleness says already how old samples are: leave one of the two out.");
        if (rl.DynamicSampling) yield return (Key, "dynamic_sampling draws again what a batch lacks, when training waits for it: leave one of the two out.");
        if (rl.Curriculum.Kind != CurriculumKind.None) yield return (Key, "A curriculum chooses a step's levels after the step before, when its samples have been drawn already: leave one of the two out.");
        if (estimator is { NeedsGreedy: true }) yield return (Key, $"{rl.Advantage} asks the policy that sampled for its most likely completion, when it samples the next step already. Take another advantage.");
        if (lag > 0 && !rl.Corrects && PolicyObjectives.All.FirstOrDefault(e => e.Name == rl.Objective) is { HasRatio: false })
            yield return (Key, $"{rl.Objective} has no importance ratio: samples of an older policy would count as its own. Name sampler_correction or rollout_correction, or an objective with a ratio.");
    }
}
