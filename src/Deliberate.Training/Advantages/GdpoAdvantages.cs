namespace Deliberate.Training;

/// <summary>
/// GDPO (group reward-decoupled normalisation, arXiv 2601.05242; TRL 1.16 <c>normalize_then_sum</c>): each reward function is scaled in its group by
/// itself, so that a loud one does not drown the others; the weighted sum is scaled over the batch. ε 1e-4 in both. A
/// component that is missing, or flat in its group, adds 0; a group whose sums are flat gets 0.
/// </summary>
internal static class GdpoAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "gdpo", "arXiv 2601.05242; TRL 1.16 normalize_then_sum", "each part of the reward is held against its mean over the problem's samples, in standard deviations of the group, and their weighted sum against that of the step",
        batch => Compute(batch.Parts!.Values, batch.Parts.Weights, batch.Groups, batch.Advantages))
    { NeedsParts = true };

    /// <param name="components"><c>[samples, functions]</c>, row by row; NaN where a function gave no score.</param>
    /// <param name="weights"><c>[functions]</c>.</param>
    /// <param name="groups">Where groups start, and the end.</param>
    /// <param name="advantages">Out: <c>[samples]</c>.</param>
    /// <param name="epsilon">Added to each deviation.</param>
    public static void Compute(ReadOnlySpan<double> components, ReadOnlySpan<double> weights, ReadOnlySpan<int> groups, Span<double> advantages, double epsilon = 1e-4)
    {
        advantages.Clear();
        var samples = advantages.Length;
        var column = new double[samples];
        var scaled = new double[samples];
        var scored = new bool[samples];
        for (var f = 0; f < weights.Length; f++)
        {
            for (var i = 0; i < samples; i++)
            {
                column[i] = components[i * weights.Length + f];
                scored[i] |= !double.IsNaN(column[i]);
            }

            GroupAdvantages.Compute(column, groups, AdvantageScaling.Group, scaled, epsilon);
            for (var i = 0; i < samples; i++) advantages[i] += weights[f] * scaled[i];
        }

        for (var i = 0; i < samples; i++)
            if (!scored[i]) advantages[i] = double.NaN;
        advantages.CopyTo(column);
        var batch = Moments.Of(advantages);
        foreach (ref var value in advantages) value = (value - batch.Mean) / (batch.Deviation + epsilon);
        FlatGroups.Clear(column, groups, advantages);
    }
}
