namespace Deliberate.Core;

/// <summary>Which of several samples with the highest score is taken.</summary>
internal enum ScoreTie
{
    /// <summary>The one that stands first in the pool.</summary>
    First,

    /// <summary>Any, each as likely as another.</summary>
    Random,
}

/// <summary>
/// Expected accuracy of the sample with the highest score among n drawn from a pool of N without replacement, exactly: the sample of rank
/// r (0 the best) is taken with probability C(N-1-r, n-1) / C(N, n). "Let's Verify Step by Step" averages over shuffles; this is what they
/// converge to. A sample without an answer stays in the pool with the lowest score, as there.
/// </summary>
internal static class BestOfN
{
    /// <param name="scores">Of the pool's samples, none of them NaN.</param>
    /// <param name="right">Whether each is right.</param>
    /// <param name="n">Samples drawn.</param>
    /// <param name="tie">What is taken where scores are equal.</param>
    public static double Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> right, int n, ScoreTie tie = ScoreTie.First)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(right.Length, scores.Length);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, scores.Length);
        var order = new int[scores.Length];
        var keys = new double[scores.Length];
        for (var i = 0; i < order.Length; i++)
        {
            if (double.IsNaN(scores[i])) throw new ArgumentOutOfRangeException(nameof(scores), "A score is a number.");
            (order[i], keys[i]) = (i, scores[i]);
        }

        Array.Sort(order, (a, b) => keys[a] == keys[b] ? a.CompareTo(b) : keys[b].CompareTo(keys[a]));
        var (expected, total) = (0.0, order.Length);
        var probability = (double)n / total;
        for (var rank = 0; rank < total && probability > 0;)
        {
            // A block of equal scores, or a single sample where the first is taken.
            var (block, solved, mass) = (0, 0, 0.0);
            do
            {
                var isRight = right[order[rank]];
                if (tie == ScoreTie.First && isRight) expected += probability;
                if (isRight) solved++;
                mass += probability;
                block++;
                probability *= rank + 1 < total ? (double)(total - rank - n) / (total - 1 - rank) : 0;
                rank++;
            }
            while (rank < total && keys[order[rank]] == keys[order[rank - 1]]);
            if (tie == ScoreTie.Random) expected += mass * solved / block;
        }

        return Math.Min(1, expected);
    }

    /// <summary>The mean over items. The interval is a share's.</summary>
    /// <param name="items">The samples of each item, at least n.</param>
    /// <param name="score">What the samples are chosen by.</param>
    /// <param name="isRight">Whether a sample's answer is right.</param>
    /// <param name="n">Samples drawn.</param>
    public static Estimate Over<T>(IReadOnlyList<IReadOnlyList<T>> items, Func<T, double> score, Func<T, bool> isRight, int n)
    {
        var samples = items.Sum(i => i.Count);
        return ShareInterval.Of([.. items.Select(item => Of([.. item.Select(score)], [.. item.Select(isRight)], n))], (double)samples / n, samples);
    }
}
