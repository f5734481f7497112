namespace Deliberate.Core;

/// <summary>
/// Winning as a function of one covariate: logit P(first wins) = level + effect · x, ties as half each, by greatest posterior likelihood under a weak normal prior (variance 100), which keeps it finite where all are won. Newton's method. No
/// interval: it says how far a covariate such as length goes along with winning, beside the rates that carry theirs.
/// </summary>
/// <param name="Level">Log-odds at x = 0.</param>
/// <param name="Effect">Log-odds for each unit of x.</param>
internal readonly record struct CovariateLogit(double Level, double Effect)
{
    private const double PriorVariance = 100;

    /// <summary>P(first wins) at x = 0.</summary>
    public double AtZero => 1 / (1 + Math.Exp(-Level));

    /// <summary>Null where x is the same everywhere, or it cannot be fitted.</summary>
    /// <param name="games">x, and 1 where the first won, 0 where the second did, ½ for a tie.</param>
    public static CovariateLogit? Fit(IReadOnlyList<(double X, double Won)> games)
    {
        if (games.Select(g => g.X).Distinct().Count() < 2) return null;
        var at = new double[2];
        var found = NewtonAscent.Maximise(at, (parameters, gradient, information) =>
        {
            Array.Clear(gradient);
            Array.Clear(information);
            var value = 0.0;
            for (var i = 0; i < 2; i++)
            {
                value -= parameters[i] * parameters[i] / (2 * PriorVariance);
                gradient[i] = -parameters[i] / PriorVariance;
                information[i, i] = 1 / PriorVariance;
            }

            foreach (var (x, won) in games)
            {
                var z = parameters[0] + (parameters[1] * x);
                var p = 1 / (1 + Math.Exp(-z));
                value += (won * z) - Math.Max(z, 0) - Math.Log(1 + Math.Exp(-Math.Abs(z)));
                gradient[0] += won - p;
                gradient[1] += (won - p) * x;
                var weight = p * (1 - p);
                information[0, 0] += weight;
                information[1, 1] += weight * x * x;
                information[0, 1] += weight * x;
                information[1, 0] += weight * x;
            }

            return value;
        }, out _);
        return found is null ? null : new CovariateLogit(at[0], at[1]);
    }
}
