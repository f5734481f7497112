namespace Deliberate.Core;

/// <summary>
/// Counts of successes whose rate differs from item to item as Beta(alpha, beta) says, fitted by greatest likelihood. The correlation of
/// two tries of one item is 1 / (alpha + beta + 1): how strongly samples hang together.
/// </summary>
internal sealed record BetaBinomial(double Alpha, double Beta, double NegativeLogLikelihood)
{
    private const double Flat = 1e7;

    public double Mean => Alpha / (Alpha + Beta);

    public double Intraclass => 1 / (Alpha + Beta + 1);

    /// <summary>Null where the counts vary no more than one rate's would, so that alpha and beta have no end, or all are alike 0 or n.</summary>
    /// <param name="successes">An item's k.</param>
    /// <param name="tries">Its n.</param>
    public static BetaBinomial? Fit(IReadOnlyList<int> successes, IReadOnlyList<int> tries)
    {
        if (successes.Count != tries.Count || tries.Count == 0) throw new ArgumentException("As many numbers of tries as of successes.", nameof(tries));
        for (var i = 0; i < tries.Count; i++)
            if (successes[i] < 0 || successes[i] > tries[i]) throw new ArgumentOutOfRangeException(nameof(successes), successes[i], "Between 0 and the number of tries.");
        double all = tries.Sum(), mean = successes.Sum() / all;
        if (mean is 0 or 1 || tries.Max() < 2) return null;
        double[] start = [Math.Log(2 * mean), Math.Log(2 * (1 - mean))];
        var likelihood = NewtonAscent.Maximise(start, Evaluate, out _);
        double alpha = Math.Exp(start[0]), beta = Math.Exp(start[1]);
        return likelihood is null || alpha + beta > Flat ? null : new BetaBinomial(alpha, beta, -likelihood.Value);

        double Evaluate(ReadOnlySpan<double> logs, double[] gradient, double[,] information)
        {
            double a = Math.Exp(logs[0]), b = Math.Exp(logs[1]), value = 0, da = 0, db = 0, daa = 0, dbb = 0, dab = 0;
            for (var i = 0; i < tries.Count; i++)
            {
                int k = successes[i], n = tries[i];
                value += LogBeta.LogGamma(n + 1) - LogBeta.LogGamma(k + 1) - LogBeta.LogGamma(n - k + 1) + LogBeta.Of(k + a, n - k + b) - LogBeta.Of(a, b);
                // ψ(k + a) - ψ(a) = Σ_{j<k} 1 / (a + j), and its derivative.
                for (var j = 0; j < k; j++) (da, daa) = (da + (1 / (a + j)), daa - (1 / ((a + j) * (a + j))));
                for (var j = 0; j < n - k; j++) (db, dbb) = (db + (1 / (b + j)), dbb - (1 / ((b + j) * (b + j))));
                for (var j = 0; j < n; j++)
                {
                    var c = a + b + j;
                    (da, db, daa, dbb, dab) = (da - (1 / c), db - (1 / c), daa + (1 / (c * c)), dbb + (1 / (c * c)), dab + (1 / (c * c)));
                }
            }

            (gradient[0], gradient[1]) = (a * da, b * db);
            (information[0, 0], information[1, 1]) = (-((a * a * daa) + (a * da)), -((b * b * dbb) + (b * db)));
            information[0, 1] = information[1, 0] = -(a * b * dab);
            return value;
        }
    }
}
