namespace Deliberate.Core;

/// <summary>What a vote that the right answer shares the first place of is worth.</summary>
internal enum VoteTie
{
    /// <summary>1 / number of tied answers: the expectation of picking one at random, or the one drawn first.</summary>
    Random,

    /// <summary>Nothing.</summary>
    Wrong,
}

/// <summary>
/// majority@k (cons@k): the expected accuracy of the most frequent answer among k of a problem's N samples, drawn without
/// replacement; a missing answer casts no vote. Exact by counting subsets where that is cheap: for each number j of votes for
/// the right answer, C(g, j) times the ways in which every other answer gets at most j, by a sum over answers that keeps
/// (votes so far, answers tied at j). Otherwise the mean over random subsets.
/// </summary>
internal static class MajorityAtK
{
    private const long ExactCost = 4_000_000;
    private const int LargestExact = 1000;
    private const int Draws = 4_000;

    /// <summary>The mean over items. Right answers of an item are one candidate, whichever way they are written. The interval is a share's.</summary>
    /// <param name="items">The samples of each item, at least k.</param>
    /// <param name="isRight">Whether a sample's answer is right.</param>
    /// <param name="answer">Its answer, normalised; null where it has none.</param>
    /// <param name="k">Samples in a vote.</param>
    /// <param name="seed">Draws the subsets where counting them would be dear.</param>
    public static Estimate Over<T>(IReadOnlyList<IReadOnlyList<T>> items, Func<T, bool> isRight, Func<T, string?> answer, int k, ulong seed)
    {
        const string Right = "\u0001right";
        var samples = items.Sum(i => i.Count);
        var votes = items.Select((item, i) => Expected([.. item.Select(s => isRight(s) ? Right : answer(s))], Right, k, new RandomStream(seed, StreamStage.Bootstrap, step: k, problem: i)));
        return ShareInterval.Of([.. votes], (double)samples / k, samples);
    }

    /// <param name="answers">Normalised answers, null for none; equal texts are the same answer.</param>
    /// <param name="gold">The right one.</param>
    /// <param name="k">Samples in a vote, at most the number of answers.</param>
    /// <param name="stream">Draws the subsets where counting them would be dear.</param>
    /// <param name="tie">What a shared first place is worth.</param>
    public static double Expected(IReadOnlyList<string?> answers, string gold, int k, RandomStream stream, VoteTie tie = VoteTie.Random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, answers.Count);
        var (ids, counts) = Group(answers, gold);
        if (counts[0] == 0) return 0;
        var cost = (long)k * k * answers.Count * (1 + (long)Math.Log(k));
        return answers.Count <= LargestExact && cost <= ExactCost ? Exact(counts, answers.Count, k, tie) : Sampled(ids, counts.Length, k, stream, tie);
    }

    /// <summary>The mean over random subsets; for tests, and where counting is dear.</summary>
    public static double Sampled(IReadOnlyList<string?> answers, string gold, int k, RandomStream stream, VoteTie tie = VoteTie.Random)
    {
        var (ids, counts) = Group(answers, gold);
        return Sampled(ids, counts.Length, k, stream, tie);
    }

    /// <summary>Ids of the answers, the right one 0, missing ones -1; and how often each id occurs.</summary>
    private static (int[] Ids, int[] Counts) Group(IReadOnlyList<string?> answers, string gold)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal) { [gold] = 0 };
        var ids = new int[answers.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            if (answers[i] is not { } answer) ids[i] = -1;
            else if (!known.TryGetValue(answer, out ids[i])) known[answer] = ids[i] = known.Count;
        }

        var counts = new int[known.Count];
        foreach (var id in ids)
        {
            if (id >= 0) counts[id]++;
        }

        return (ids, counts);
    }

    private static double Exact(int[] counts, int total, int k, VoteTie tie)
    {
        var missing = total - counts.Sum();
        var all = Choose(total, k);
        var expected = 0.0;
        for (var j = 1; j <= Math.Min(counts[0], k); j++)
        {
            var mostTied = tie == VoteTie.Wrong ? 0 : k / j - 1;
            var ways = Others(counts, j, k - j, mostTied);
            for (var tied = 0; tied <= mostTied; tied++)
            {
                var sum = 0.0;
                for (var votes = 0; votes <= k - j; votes++) sum += ways[tied, votes] * Choose(missing, k - j - votes);
                expected += Choose(counts[0], j) / all * sum / (tied + 1);
            }
        }

        return Math.Min(1, expected);
    }

    /// <summary>ways[t, v]: subsets of the other answers' samples with v votes, none above j, t answers exactly at j.</summary>
    private static double[,] Others(int[] counts, int j, int mostVotes, int mostTied)
    {
        var ways = new double[mostTied + 1, mostVotes + 1];
        ways[0, 0] = 1;
        for (var answer = 1; answer < counts.Length; answer++)
        {
            var next = new double[mostTied + 1, mostVotes + 1];
            for (var x = 0; x <= Math.Min(Math.Min(j, counts[answer]), mostVotes); x++)
            {
                var choose = Choose(counts[answer], x);
                var more = x == j ? 1 : 0;
                for (var tied = 0; tied + more <= mostTied; tied++)
                {
                    for (var votes = 0; votes + x <= mostVotes; votes++) next[tied + more, votes + x] += ways[tied, votes] * choose;
                }
            }

            ways = next;
        }

        return ways;
    }

    private static double Choose(int n, int k)
    {
        if (k < 0 || k > n) return 0;
        var result = 1.0;
        for (var i = 1; i <= Math.Min(k, n - k); i++) result = result * (n - Math.Min(k, n - k) + i) / i;
        return result;
    }

    private static double Sampled(int[] ids, int answers, int k, RandomStream stream, VoteTie tie)
    {
        var pool = (int[])ids.Clone();
        var votes = new int[answers];
        var sum = 0.0;
        for (var draw = 0; draw < Draws; draw++)
        {
            Array.Clear(votes);
            for (var i = 0; i < k; i++)
            {
                var at = stream.Next(i, pool.Length);
                (pool[i], pool[at]) = (pool[at], pool[i]);
                if (pool[i] >= 0) votes[pool[i]]++;
            }

            var best = votes.Max();
            if (best == 0 || votes[0] < best) continue;
            var tied = votes.Count(v => v == best);
            sum += tied == 1 ? 1 : tie == VoteTie.Random ? 1.0 / tied : 0;
        }

        return sum / Draws;
    }
}
