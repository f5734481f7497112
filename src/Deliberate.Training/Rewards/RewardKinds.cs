using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A kind of reward.</summary>
/// <param name="Name">In recipes.</param>
/// <param name="Type">Its options, and what it computes.</param>
internal sealed record RewardKind(string Name, Type Type);

/// <summary>Every kind of reward by name, in the order in which documents show them.</summary>
internal static class RewardKinds
{
    /// <summary>The one that depends on nothing but the scorer.</summary>
    public const string Correct = "correct";

    public static IReadOnlyList<RewardKind> All { get; } =
    [
        new(Correct, typeof(CorrectReward)),
        new("all_steps_right", typeof(AllStepsReward)),
        new("format", typeof(FormatReward)),
        new("component", typeof(ComponentReward)),
        new("reward_model", typeof(ModelReward)),
        new("overlong", typeof(OverlongReward)),
        new("overlong_linear", typeof(LinearOverlongReward)),
        new("cosine", typeof(CosineReward)),
        new("kimi_length", typeof(KimiLengthReward)),
        new("repetition", typeof(RepetitionReward)),
    ];

    public static string NameOf(RewardRecipe reward) => All.First(kind => kind.Type == reward.GetType()).Name;
}

/// <summary>The list, as recipes bind it.</summary>
internal sealed class RewardKindListAttribute : RecipeKindsAttribute
{
    public override string Of => "reward";

    public override IReadOnlyList<(string Name, Type Type)> Kinds { get; } = [.. RewardKinds.All.Select(kind => (kind.Name, kind.Type))];
}
