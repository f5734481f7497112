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
/// replacement; a missing answer casts no vote. Exact by counting: each answer's votes are binomial with the share k / N, given that
/// they are k in all, so for each number j of votes for the right answer the others' are summed answer by answer, keeping (votes so
/// far, answers tied at j), none above j. Only where that takes too long the mean over random subsets.
/// </summary>
internal static class MajorityAtK
{
    /// <summary>Terms of the sum, some tenths of a second.</summary>
    private const double ExactCost = 200_000_000;

    /// <summary>Up to here a number of subsets is a whole number that a double holds.</summary>
    private const int SmallestLogarithmic = 55;

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
        return Cost(counts, k) <= ExactCost ? Exact(counts, answers.Count, k, tie) : Sampled(ids, counts.Length, k, stream, tie);
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

    private static double Cost(int[] counts, int k)
    {
        var cost = 0.0;
        for (var j = 1; j <= Math.Min(counts[0], k); j++)
        {
            var choices = 0;
            for (var answer = 1; answer < counts.Length; answer++) choices += 1 + Math.Min(j, counts[answer]);
            cost += (1.0 + MostTied(counts, j, k)) * (k - j + 1) * choices;
        }

        return cost;
    }

    /// <summary>Answers beside the right one that can have j votes too.</summary>
    private static int MostTied(int[] counts, int j, int k)
    {
        var able = 0;
        for (var answer = 1; answer < counts.Length; answer++)
            if (counts[answer] >= j) able++;
        return Math.Min((k / j) - 1, able);
    }

    private static double Exact(int[] counts, int total, int k, VoteTie tie)
    {
        var missing = total - counts.Sum();
        var share = (double)k / total;
        var all = Binomial(total, k, share);
        var expected = 0.0;
        for (var j = 1; j <= Math.Min(counts[0], k); j++)
        {
            var mostTied = tie == VoteTie.Wrong ? 0 : MostTied(counts, j, k);
            var ways = Others(counts, j, k - j, mostTied, share);
            for (var tied = 0; tied <= mostTied; tied++)
            {
                var sum = 0.0;
                for (var votes = 0; votes <= k - j; votes++) sum += ways[tied, votes] * Binomial(missing, k - j - votes, share);
                expected += Binomial(counts[0], j, share) / all * sum / (tied + 1);
            }
        }

        return Math.Min(1, expected);
    }

    /// <summary>ways[t, v]: the probability that the other answers have v votes, none above j, t of them exactly j.</summary>
    private static double[,] Others(int[] counts, int j, int mostVotes, int mostTied, double share)
    {
        var (ways, next) = (new double[mostTied + 1, mostVotes + 1], new double[mostTied + 1, mostVotes + 1]);
        ways[0, 0] = 1;
        for (var answer = 1; answer < counts.Length; answer++)
        {
            Array.Clear(next);
            for (var x = 0; x <= Math.Min(Math.Min(j, counts[answer]), mostVotes); x++)
            {
                var probability = Binomial(counts[answer], x, share);
                if (probability == 0) continue;
                var more = x == j ? 1 : 0;
                for (var tied = 0; tied + more <= mostTied; tied++)
                {
                    for (var votes = 0; votes + x <= mostVotes; votes++) next[tied + more, votes + x] += ways[tied, votes] * probability;
                }
            }

            (ways, next) = (next, ways);
        }

        return ways;
    }

    /// <summary>C(n, k) p^k (1 - p)^(n - k).</summary>
    private static double Binomial(int n, int k, double p)
    {
        if (k < 0 || k > n) return 0;
        if (p == 1) return k == n ? 1 : 0;
        if (n >= SmallestLogarithmic) return Math.Exp((k * Math.Log(p)) + ((n - k) * NearZero.LogOfOnePlus(-p)) - Math.Log(n + 1.0) - LogBeta.Of(n - k + 1, k + 1));
        var choose = 1.0;
        for (var i = 1; i <= Math.Min(k, n - k); i++) choose = choose * (n - Math.Min(k, n - k) + i) / i;
        return choose * Math.Pow(p, k) * Math.Pow(1 - p, n - k);
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
