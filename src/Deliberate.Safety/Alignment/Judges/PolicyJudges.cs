using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>The judges that recipes name. To add one: copy the nearest file beside this one, and add its kind to <see cref="JudgeKindName"/> and its line here.</summary>
internal static class PolicyJudges
{
    /// <param name="recipe">Which one.</param>
    /// <param name="specification">What it judges by.</param>
    /// <param name="open">Opens a model by name, as deliberate eval does; null where there is nobody to.</param>
    /// <param name="threads">Of a local one; 0 for one a core.</param>
    /// <exception cref="UserError">It cannot be had.</exception>
    public static IPolicyJudge Create(JudgeRecipe recipe, SpecificationPrompt specification, Func<string, EvaluationModel>? open, int threads) =>
        recipe.Likes is { } likes ? new FlawedJudge(Sound(recipe, specification, open, threads), likes) : Sound(recipe, specification, open, threads);

    private static IPolicyJudge Sound(JudgeRecipe recipe, SpecificationPrompt specification, Func<string, EvaluationModel>? open, int threads) => recipe.Kind switch
    {
        JudgeKindName.Refusal => new RefusalPolicyJudge(specification.Specification),
        JudgeKindName.Phrases => new RefusalPolicyJudge(specification.Specification, byPhrases: true),
        JudgeKindName.Oracle => new OracleJudge(specification.Rules, specification.Specification.Hash),
        JudgeKindName.Checkpoint => new CheckpointJudge(recipe, specification, threads),
        _ => new ModelPolicyJudge(specification, (open ?? throw new UserError("No models can be opened here.", field: "judge.model"))(recipe.Model!), recipe.Temperature, recipe.MaxTokens),
    };
}
