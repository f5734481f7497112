using System.Buffers;

namespace Deliberate.Training;

/// <summary>
/// Keeps only the tokens of highest entropy in the policy term, where a reasoning chain forks ("Beyond the 80/20 rule",
/// arXiv 2506.01939; TRL <c>top_entropy_quantile</c>). The threshold is the (1 - share) quantile, linearly interpolated,
/// over the tokens in the loss of the whole batch.
/// </summary>
internal static class EntropyMask
{
    /// <param name="entropies">Nats, <c>[tokens]</c>.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all are.</param>
    /// <param name="share">Share to keep, 0 to 1; 0 keeps the highest alone.</param>
    /// <returns>The least entropy that is kept; infinity where no token is in the loss.</returns>
    public static double Threshold(ReadOnlySpan<double> entropies, ReadOnlySpan<double> mask, double share)
    {
        var active = ArrayPool<double>.Shared.Rent(entropies.Length);
        try
        {
            var count = 0;
            for (var t = 0; t < entropies.Length; t++)
                if (mask.IsEmpty || mask[t] > 0) active[count++] = entropies[t];
            if (count == 0) return double.PositiveInfinity;
            Array.Sort(active, 0, count);
            return Quantile(active.AsSpan(0, count), 1 - share);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(active);
        }
    }

    public static bool Keeps(double threshold, ReadOnlySpan<double> entropies, int token) =>
        double.IsNegativeInfinity(threshold) || entropies[token] >= threshold;

    private static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        // 1 - share is not exact: without the snap, a position one ulp past a token would drop that token.
        var position = share * (sorted.Length - 1);
        var nearest = Math.Round(position);
        if (Math.Abs(position - nearest) < 1e-9) return sorted[(int)nearest];
        var below = (int)Math.Floor(position);
        return sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
    }
}
