namespace Deliberate.Training;

/// <summary>
/// Centres and scales values over the tokens in the loss: <c>(x - μ) / sqrt(σ² + 1e-8)</c>, σ² unbiased (verl 0.7 <c>masked_whiten</c>;
/// μ divides by count + 1e-8). Masked and missing (NaN) values become 0, and so do flat ones, of which verl's formula makes
/// about 1e-4.
/// </summary>
internal static class Whitening
{
    /// <param name="values">In and out.</param>
    /// <param name="mask">1 counts, 0 not; empty: all.</param>
    /// <param name="keepMean">Add the mean back.</param>
    /// <param name="zeroMasked">Set masked values to 0; verl's function leaves them transformed.</param>
    /// <param name="flatAsVerl">Leaves flat values to the formula.</param>
    /// <exception cref="ArgumentException">Fewer than two values count.</exception>
    public static void Apply(Span<double> values, ReadOnlySpan<double> mask, bool keepMean = false, bool zeroMasked = true, bool flatAsVerl = false)
    {
        double count = 0, sum = 0, squares = 0, lowest = double.PositiveInfinity, highest = double.NegativeInfinity;
        for (var t = 0; t < values.Length; t++)
        {
            if (!Counts(values, mask, t)) continue;
            count++;
            sum += values[t];
            lowest = Math.Min(lowest, values[t]);
            highest = Math.Max(highest, values[t]);
        }

        if (count < 2) throw new ArgumentException("Whitening needs at least two values.", nameof(values));
        var mean = sum / (count + 1e-8);
        for (var t = 0; t < values.Length; t++)
            if (Counts(values, mask, t)) squares += (values[t] - mean) * (values[t] - mean);
        var variance = squares / (count + 1e-8) * (count / (count - 1));
        var scale = new RewardSpread((int)count, lowest, highest).IsFlat && !flatAsVerl ? 0 : 1 / Math.Sqrt(variance + 1e-8);
        for (var t = 0; t < values.Length; t++)
        {
            values[t] = ((values[t] - mean) * scale) + (keepMean ? mean : 0);
            if (double.IsNaN(values[t]) || (zeroMasked && !mask.IsEmpty && mask[t] == 0)) values[t] = 0;
        }
    }

    private static bool Counts(ReadOnlySpan<double> values, ReadOnlySpan<double> mask, int token) => (mask.IsEmpty || mask[token] > 0) && !double.IsNaN(values[token]);
}
