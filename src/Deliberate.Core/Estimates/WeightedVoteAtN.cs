namespace Deliberate.Core;

/// <summary>
/// Expected accuracy of a weighted vote of n of a pool's N samples, drawn without replacement: an answer's weight is the sum of its
/// samples', the heaviest wins, a shared first place is worth one over the number that share it. Exact over all subsets where there are
/// few enough, else the mean over random ones: sums of real weights have no shorter way.
/// </summary>
internal static class WeightedVoteAtN
{
    /// <summary>Subsets that are looked at one by one.</summary>
    public const int MostSubsets = 100_000;

    private const int Draws = 4_000;

    /// <param name="answers">0 the right one, others from 1; negative for none, which has no vote.</param>
    /// <param name="weights">Of the samples.</param>
    /// <param name="n">Samples in a vote.</param>
    /// <param name="stream">Draws subsets where there are too many.</param>
    public static double Expected(ReadOnlySpan<int> answers, ReadOnlySpan<double> weights, int n, RandomStream stream)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, answers.Length);
        var most = 0;
        foreach (var answer in answers) most = Math.Max(most, answer);
        var (totals, voted) = (new double[most + 1], new bool[most + 1]);
        return IsExact(answers.Length, n) ? All(answers, weights, n, totals, voted) : Some(answers, weights, n, totals, voted, stream);
    }

    /// <summary>Whether all subsets are looked at.</summary>
    public static bool IsExact(int total, int n)
    {
        var subsets = 1.0;
        for (var i = 1; i <= Math.Min(n, total - n); i++) subsets = subsets * (total - i + 1) / i;
        return subsets <= MostSubsets;
    }

    /// <summary>The mean over items. The interval is a share's.</summary>
    /// <param name="items">The samples of each item, at least n.</param>
    /// <param name="answer">0 the right one, others from 1; negative for none.</param>
    /// <param name="weight">Of a sample.</param>
    /// <param name="n">Samples in a vote.</param>
    /// <param name="seed">Draws subsets where there are too many.</param>
    public static Estimate Over<T>(IReadOnlyList<IReadOnlyList<T>> items, Func<T, int> answer, Func<T, double> weight, int n, ulong seed)
    {
        var samples = items.Sum(i => i.Count);
        return ShareInterval.Of([.. items.Select((item, i) => Expected([.. item.Select(answer)], [.. item.Select(weight)], n, new RandomStream(seed, StreamStage.Bootstrap, step: n, problem: i)))], (double)samples / n, samples);
    }

    private static double All(ReadOnlySpan<int> answers, ReadOnlySpan<double> weights, int n, double[] totals, bool[] voted)
    {
        var chosen = new int[n];
        for (var i = 0; i < n; i++) chosen[i] = i;
        var (sum, subsets) = (0.0, 0L);
        while (true)
        {
            sum += Vote(answers, weights, chosen, totals, voted);
            subsets++;
            var at = n - 1;
            while (at >= 0 && chosen[at] == answers.Length - n + at) at--;
            if (at < 0) return Math.Min(1, sum / subsets);
            chosen[at]++;
            for (var i = at + 1; i < n; i++) chosen[i] = chosen[i - 1] + 1;
        }
    }

    private static double Some(ReadOnlySpan<int> answers, ReadOnlySpan<double> weights, int n, double[] totals, bool[] voted, RandomStream stream)
    {
        var pool = new int[answers.Length];
        for (var i = 0; i < pool.Length; i++) pool[i] = i;
        var sum = 0.0;
        for (var draw = 0; draw < Draws; draw++)
        {
            for (var i = 0; i < n; i++)
            {
                var at = stream.Next(i, pool.Length);
                (pool[i], pool[at]) = (pool[at], pool[i]);
            }

            sum += Vote(answers, weights, pool.AsSpan(0, n), totals, voted);
        }

        return sum / Draws;
    }

    private static double Vote(ReadOnlySpan<int> answers, ReadOnlySpan<double> weights, ReadOnlySpan<int> chosen, double[] totals, bool[] voted)
    {
        Array.Clear(totals);
        Array.Clear(voted);
        foreach (var i in chosen)
        {
            if (answers[i] < 0) continue;
            totals[answers[i]] += weights[i];
            voted[answers[i]] = true;
        }

        if (!voted[0]) return 0;
        var tied = 0;
        for (var answer = 0; answer < totals.Length; answer++)
        {
            if (!voted[answer]) continue;
            if (totals[answer] > totals[0]) return 0;
            if (totals[answer] == totals[0]) tied++;
        }

        return 1.0 / tied;
    }
}
