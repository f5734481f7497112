namespace Deliberate.Training;

/// <summary>
/// The total reward of each sample from its components: <c>Σ weight · component</c>, leaving out components that are NaN (that
/// function gave no score). A sample that nothing scored is NaN: it leaves every mean and gets advantage 0. As TRL 1.16.
/// </summary>
internal static class RewardTotals
{
    /// <param name="components"><c>[samples, functions]</c>, row by row.</param>
    /// <param name="weights"><c>[functions]</c>.</param>
    /// <param name="totals">Out: <c>[samples]</c>.</param>
    public static void Sum(ReadOnlySpan<double> components, ReadOnlySpan<double> weights, Span<double> totals)
    {
        for (var i = 0; i < totals.Length; i++)
        {
            var scored = false;
            double sum = 0;
            for (var f = 0; f < weights.Length; f++)
            {
                var value = components[i * weights.Length + f];
                if (double.IsNaN(value)) continue;
                scored = true;
                sum += weights[f] * value;
            }

            totals[i] = scored ? sum : double.NaN;
        }
    }
}
