using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>A score that a verifier of the user's gives besides its verdict (<see cref="Reasoning.Verdict.Scores"/>), by its name; nothing for a sample that it does not give it for.</summary>
[Description("A component that your verifier gives besides the score, by its name.")]
internal sealed record ComponentReward : RewardRecipe
{
    [Description("As the verifier names it.")]
    public required string Component { get; init; }

    public override CorrectnessLink Correctness => CorrectnessLink.Verifier;

    public override (double Low, double High) Range => (0, 1);

    public override string About => $"the verifier's {Component}";

    protected override string DefaultName => RewardNames.Component(Component);

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++)
        {
            values[g] = double.NaN;
            foreach (var score in group.Samples[g].Verdict.Scores)
                if (score.Name == Component) values[g] = score.Value + (double.IsNaN(values[g]) ? 0 : values[g]);
        }
    }

    public override string Says(int maxTokens) => $"{Number(Weight)} times the verifier's `{Component}`";

    protected override IEnumerable<(string Key, string Problem)> Problems() =>
        Component.Length == 0 ? [("component", "A component has a name.")] : base.Problems();
}
