namespace Deliberate.Core;

/// <summary>
/// Strengths of which P(i beats j) = π_i / (π_i + π_j), π = e^s (Bradley and Terry 1952), or with ties as an outcome of their own
/// (Davidson 1970: P(tie) = ν √(π_i π_j) / (π_i + π_j + ν √(π_i π_j))), by greatest likelihood; s has the mean 0. Both are conditional
/// logits over the outcomes of a pair, so one Newton's method serves. There is a finite answer only where each can be reached from each
/// along wins: otherwise null, with the groups that cannot be compared.
/// </summary>
/// <param name="Strengths">s, natural logarithms, mean 0.</param>
/// <param name="StandardErrors">From the inverse information of the centred strengths.</param>
/// <param name="TieLogit">ln ν; null without ties as outcomes.</param>
/// <param name="NegativeLogLikelihood">In nats.</param>
internal sealed record PairwiseModel(IReadOnlyList<double> Strengths, IReadOnlyList<double> StandardErrors, double? TieLogit, double NegativeLogLikelihood)
{
    /// <summary>On Elo's scale around 1000: 1000 + s · 400 / ln 10.</summary>
    public IReadOnlyList<double> Elo => [.. Strengths.Select(s => 1000 + (s * 400 / Math.Log(10)))];

    /// <summary>P(i beats j | no tie).</summary>
    public double WinProbability(int i, int j) => 1 / (1 + Math.Exp(Strengths[j] - Strengths[i]));

    /// <param name="wins">[i, j]: how often i beat j; halves are ties.</param>
    public static PairwiseModel? Fit(double[,] wins) => Fit(wins, null);

    /// <param name="wins">[i, j]: how often i beat j.</param>
    /// <param name="ties">[i, j] = [j, i]: how often neither did; null without ties as outcomes.</param>
    public static PairwiseModel? Fit(double[,] wins, double[,]? ties)
    {
        var n = wins.GetLength(0);
        if (Groups(wins, ties).Count > 1) return null;
        var hasTies = ties is not null && ties.Cast<double>().Any(t => t > 0);
        var parameters = new double[hasTies ? n + 1 : n];
        var likelihood = NewtonAscent.Maximise(parameters, Evaluate, out var information);
        if (likelihood is null || SymmetricMatrix.Inverse(information) is not { } inverse) return null;
        // The added direction (1, …, 1) / √n was the one that the data does not tell: its part is taken out again.
        double[] errors = [.. Enumerable.Range(0, n).Select(i => Math.Sqrt(Math.Max(0, inverse[i, i] - (1.0 / n))))];
        return new PairwiseModel(parameters[..n], errors, hasTies ? parameters[n] : null, -(likelihood.Value + (0.5 * Square(parameters.AsSpan(0, n)) / n)));

        double Evaluate(ReadOnlySpan<double> at, double[] gradient, double[,] negative)
        {
            Array.Clear(gradient);
            Array.Clear(negative);
            var sum = 0.0;
            for (var i = 0; i < n; i++) sum += at[i];
            for (var i = 0; i < n; i++)
            {
                gradient[i] = -sum / n;
                for (var j = 0; j < n; j++) negative[i, j] = 1.0 / n;
            }

            var value = -0.5 * sum * sum / n;
            for (var i = 0; i < n; i++)
                for (var j = i + 1; j < n; j++) value += Pair(i, j, wins[i, j], wins[j, i], hasTies ? ties![i, j] : 0, at, gradient, negative, hasTies ? n : -1);
            return value;
        }
    }

    /// <summary>Who can be reached from whom in both directions along wins and ties: one group where all can be compared.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Groups(double[,] wins, double[,]? ties)
    {
        var n = wins.GetLength(0);
        var reach = new bool[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) reach[i, j] = i == j || wins[i, j] > 0 || (ties is not null && ties[i, j] + ties[j, i] > 0);
        for (var k = 0; k < n; k++)
            for (var i = 0; i < n; i++)
                for (var j = 0; j < n; j++) reach[i, j] |= reach[i, k] && reach[k, j];
        List<IReadOnlyList<int>> groups = [];
        var taken = new bool[n];
        for (var i = 0; i < n; i++)
        {
            if (taken[i]) continue;
            int[] group = [.. Enumerable.Range(i, n - i).Where(j => reach[i, j] && reach[j, i])];
            foreach (var j in group) taken[j] = true;
            groups.Add(group);
        }

        return groups;
    }

    /// <summary>Log-likelihood of a pair's outcomes; adds its gradient and its information.</summary>
    private static double Pair(int i, int j, double won, double lost, double tied, ReadOnlySpan<double> at, double[] gradient, double[,] negative, int tie)
    {
        var all = won + lost + tied;
        if (all == 0) return 0;
        double a = at[i], b = at[j], c = tie < 0 ? double.NegativeInfinity : at[tie] + ((a + b) / 2), most = Math.Max(a, Math.Max(b, c));
        double ea = Math.Exp(a - most), eb = Math.Exp(b - most), ec = Math.Exp(c - most), sum = ea + eb + ec, pa = ea / sum, pb = eb / sum, pc = ec / sum;
        var logSum = most + Math.Log(sum);
        // Each outcome's weights on (i, j, tie): (1, 0, 0), (0, 1, 0), (1/2, 1/2, 1).
        double mi = pa + (pc / 2), mj = pb + (pc / 2);
        gradient[i] += won + (tied / 2) - (all * mi);
        gradient[j] += lost + (tied / 2) - (all * mj);
        negative[i, i] += all * (pa + (pc / 4) - (mi * mi));
        negative[j, j] += all * (pb + (pc / 4) - (mj * mj));
        var cross = all * ((pc / 4) - (mi * mj));
        negative[i, j] += cross;
        negative[j, i] += cross;
        if (tie >= 0)
        {
            gradient[tie] += tied - (all * pc);
            negative[tie, tie] += all * pc * (1 - pc);
            double ti = all * ((pc / 2) - (pc * mi)), tj = all * ((pc / 2) - (pc * mj));
            (negative[i, tie], negative[tie, i]) = (negative[i, tie] + ti, negative[tie, i] + ti);
            (negative[j, tie], negative[tie, j]) = (negative[j, tie] + tj, negative[tie, j] + tj);
        }

        return (won * (a - logSum)) + (lost * (b - logSum)) + (tied > 0 ? tied * (c - logSum) : 0);
    }

    private static double Square(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values) sum += value;
        return sum * sum;
    }
}
