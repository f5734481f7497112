namespace Deliberate.Core;

/// <summary>
/// Permutation tests of a difference of means. Paired: under no difference each pair's sign could as well be the other. Two samples:
/// each value could as well be of the other one. All permutations where they are few, else random ones, whose p counts the data
/// itself: (hits + 1) / (draws + 1). Two-sided is twice the smaller one-sided p, at most 1.
/// </summary>
/// <param name="Difference">Mean of the first less mean of the second.</param>
/// <param name="Greater">P(a difference as large, or larger).</param>
/// <param name="Less">P(a difference as small, or smaller).</param>
/// <param name="IsExact">Whether all permutations were counted.</param>
internal sealed record Permutation(double Difference, double Greater, double Less, bool IsExact)
{
    private const double Rounding = 1e-12;
    private const int MostExactPairs = 18, Draws = 20_000;
    private const double MostExactSplits = 300_000;

    public double TwoSided => Math.Min(1, 2 * Math.Min(Greater, Less));

    /// <param name="a">A value a pair.</param>
    /// <param name="b">The other one's, in the same order.</param>
    /// <param name="seed">Draws the permutations where there are many.</param>
    public static Permutation Paired(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ulong seed)
    {
        if (a.Length != b.Length || a.IsEmpty) throw new ArgumentException("Pairs need two values each.", nameof(b));
        var differences = new double[a.Length];
        for (var i = 0; i < a.Length; i++) differences[i] = a[i] - b[i];
        // A pair without a difference has no sign to turn.
        var turned = differences.Where(d => d != 0).ToArray();
        var (count, seen) = (turned.Length, turned.Sum());
        var tally = new Tally(seen, turned.Sum(Math.Abs));
        if (count <= MostExactPairs)
        {
            for (var signs = 0; signs < 1 << count; signs++)
            {
                var sum = 0.0;
                for (var i = 0; i < count; i++) sum += (signs >> i & 1) == 0 ? turned[i] : -turned[i];
                tally.Add(sum);
            }

            return tally.Result(seen / a.Length, isExact: true);
        }

        var stream = new RandomStream(seed, StreamStage.Bootstrap);
        for (var draw = 0; draw < Draws; draw++)
        {
            var sum = 0.0;
            foreach (var difference in turned) sum += stream.NextBool(0.5) ? difference : -difference;
            tally.Add(sum);
        }

        return tally.Result(seen / a.Length, isExact: false);
    }

    /// <param name="a">Values of the first sample.</param>
    /// <param name="b">Of the second.</param>
    /// <param name="seed">Draws the permutations where there are many.</param>
    public static Permutation Independent(ReadOnlySpan<double> a, ReadOnlySpan<double> b, ulong seed)
    {
        if (a.IsEmpty || b.IsEmpty) throw new ArgumentException("Both samples need values.", nameof(b));
        double[] all = [.. a, .. b];
        var (n, total) = (a.Length, all.Sum());
        var seen = all[..n].Sum();
        var tally = new Tally(seen, all.Sum(Math.Abs));
        var difference = (seen / n) - ((total - seen) / b.Length);
        var splits = 1.0;
        for (var i = 1; i <= n; i++) splits = splits * (all.Length - n + i) / i;
        if (splits <= MostExactSplits)
        {
            Split(all, n, 0, 0, tally);
            return tally.Result(difference, isExact: true);
        }

        var stream = new RandomStream(seed, StreamStage.Bootstrap);
        for (var draw = 0; draw < Draws; draw++)
        {
            stream.Shuffle<double>(all);
            tally.Add(all.AsSpan(0, n).ToArray().Sum());
        }

        return tally.Result(difference, isExact: false);
    }

    /// <summary>All ways to choose as many of the values from one on. With the sizes fixed, the sum of the first sample decides the difference.</summary>
    private static void Split(double[] all, int left, int from, double sum, Tally tally)
    {
        if (left == 0)
        {
            tally.Add(sum);
            return;
        }

        for (var i = from; i <= all.Length - left; i++) Split(all, left - 1, i + 1, sum + all[i], tally);
    }

    /// <summary>How many permutations are as extreme as what was seen, rounding aside.</summary>
    private sealed class Tally(double seen, double scale)
    {
        private readonly double _slack = Rounding * Math.Max(scale, double.Epsilon);
        private long _all, _above, _below;

        public void Add(double sum)
        {
            _all++;
            if (sum >= seen - _slack) _above++;
            if (sum <= seen + _slack) _below++;
        }

        public Permutation Result(double difference, bool isExact)
        {
            var own = isExact ? 0 : 1;
            return new Permutation(difference, (_above + own) / (double)(_all + own), (_below + own) / (double)(_all + own), isExact);
        }
    }
}
