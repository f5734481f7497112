using System.ComponentModel;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// What a reward model says of a sample: of steps, aggregated; of outcomes and preferences, at the end. A completion without steps or
/// without an answer earns 0, so that nothing is gained by writing nothing; the product and the minimum cannot be raised by more steps.
/// </summary>
[Description("What a reward model says of the completion.")]
internal sealed record ModelReward : RewardRecipe
{
    [Description("Folder of the reward model: of steps, outcomes or preferences.")]
    public required string From { get; init; }

    [Description("How scores of steps become the sample's; of outcomes and preferences the last always counts.")]
    public StepAggregation Aggregation { get; init; } = StepAggregation.Min;

    [Description("What a neutral step counts as, of a model with three labels.")]
    public NeutralSteps Neutral { get; init; }

    public override CorrectnessLink Correctness => CorrectnessLink.Verifier;

    public override (double Low, double High) Range => (0, 1);

    public override string About => "a reward model's score";

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        if (group.ModelScores.TryGetValue(Term, out var scores)) scores.CopyTo(values);
        else values.Fill(double.NaN);
    }

    public override string Says(int maxTokens) => $"{Number(Weight)} times what the reward model `{Path.GetFileName(Path.TrimEndingDirectorySeparator(From))}` says";

    protected override IEnumerable<(string Key, string Problem)> Problems()
    {
        if (From.Length == 0) yield return ("from", "Name the reward model's folder.");
        if (Aggregation is not (StepAggregation.Product or StepAggregation.Min or StepAggregation.Last or StepAggregation.Mean or StepAggregation.GeometricMean)) yield return ("aggregation", "A reward is between 0 and 1: product, min, last, mean or geometric_mean.");
        foreach (var problem in base.Problems()) yield return problem;
    }
}
