namespace Deliberate.Training;

/// <summary>Rewards that depend on the length of a completion, in tokens, or on its repetitions. Added to the reward of correctness, never used to judge it.</summary>
internal static class LengthRewards
{
    /// <summary>
    /// DAPO's soft overlong penalty (arXiv 2503.14476, equation 13; TRL 1.16): 0 up to limit - cache, then a line down to -1 at the
    /// limit, -1 beyond. A cache of 0 is a step.
    /// </summary>
    public static double SoftOverlong(int length, int limit, int cache)
    {
        if (length <= limit - cache) return 0;
        if (length > limit) return -1;
        return (double)(limit - cache - length) / cache;
    }

    /// <summary>The same in verl 0.7 (<c>DAPORewardManager</c>): with a factor, and no floor beyond the limit.</summary>
    public static double Overlong(int length, int limit, int buffer, double factor = 1) =>
        Math.Min(-(double)(length - (limit - buffer)) / buffer * factor, 0);

    /// <summary>
    /// The share of n-grams that repeat one before, times the penalty: <c>(1 - distinct / all) · maxPenalty</c> (TRL 1.16, after
    /// arXiv 2502.03373). 0 where there are fewer than n tokens.
    /// </summary>
    public static double Repetition(ReadOnlySpan<int> tokens, int n = 3, double maxPenalty = -1)
    {
        var all = tokens.Length - n + 1;
        if (all <= 0) return 0;
        var distinct = 0;
        for (var i = 0; i < all; i++)
        {
            var first = true;
            for (var j = 0; j < i && first; j++) first = !tokens.Slice(j, n).SequenceEqual(tokens.Slice(i, n));
            if (first) distinct++;
        }

        return (1 - (double)distinct / all) * maxPenalty;
    }

    /// <summary>
    /// The cosine length reward (arXiv 2502.03373; open-r1): from one bound to the other along half a cosine as the length grows to
    /// the limit. Right answers go from maximum to minimum, wrong ones the other way.
    /// </summary>
    public static double Cosine(int length, int limit, bool correct, double minimum, double maximum)
    {
        var (start, end) = correct ? (maximum, minimum) : (minimum, maximum);
        return end + 0.5 * (start - end) * (1 + Math.Cos(Math.PI * Math.Min((double)length / limit, 1)));
    }

    /// <summary>
    /// The length reward of Kimi k1.5 (arXiv 2501.12599, 2.3.3): in a group, <c>λ = 0.5 - (length - shortest) / (longest - shortest)</c>;
    /// right answers get λ, wrong ones at most 0; equal lengths get 0.
    /// </summary>
    public static void Kimi(ReadOnlySpan<int> lengths, ReadOnlySpan<bool> correct, Span<double> rewards)
    {
        int shortest = int.MaxValue, longest = int.MinValue;
        foreach (var length in lengths)
        {
            shortest = Math.Min(shortest, length);
            longest = Math.Max(longest, length);
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            var lambda = longest == shortest ? 0 : 0.5 - (double)(lengths[i] - shortest) / (longest - shortest);
            rewards[i] = correct[i] ? lambda : Math.Min(0, lambda);
        }
    }
}
