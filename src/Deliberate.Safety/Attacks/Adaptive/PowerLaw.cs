using System.Globalization;

namespace Deliberate.Safety;

/// <summary>
/// The power law of best-of-N (Hughes et al. 2024, arXiv 2412.03556): -log ASR(N) = a·N^-b, fitted by least squares of log(-log ASR) on log N. A
/// description of the measured points, and beyond them a guess.
/// </summary>
/// <param name="A">-log ASR at one query.</param>
/// <param name="B">How fast it falls.</param>
internal readonly record struct PowerLaw(double A, double B)
{
    /// <summary>The share that is expected to be broken within n queries.</summary>
    public double At(double n) => Math.Exp(-A * Math.Pow(n, -B));

    /// <summary>The law, and what it would come to.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{AttackList.BestOfNName} follows -log ASR = {A:0.00}·N^-{B:0.00}; if that went on, 1,000 queries would break {100 * At(1000):0}% of the goals and 10,000 {100 * At(10_000):0}%. A guess beyond what was measured.");

    /// <summary>Null where fewer than three different points lie between none and all.</summary>
    public static PowerLaw? Fit(IEnumerable<(int N, double Asr)> points)
    {
        var used = points.Where(p => p.Asr is > 0 and < 1).Select(p => (X: Math.Log(p.N), Y: Math.Log(-Math.Log(p.Asr)))).ToArray();
        if (used.Length < 3 || used.Select(p => p.Y).Distinct().Count() < 3) return null;
        double x = used.Average(p => p.X), y = used.Average(p => p.Y), over = used.Sum(p => (p.X - x) * (p.Y - y)), under = used.Sum(p => (p.X - x) * (p.X - x));
        if (under == 0) return null;
        var slope = over / under;
        return new PowerLaw(Math.Exp(y - (slope * x)), -slope);
    }
}
