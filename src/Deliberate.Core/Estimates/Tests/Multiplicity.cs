namespace Deliberate.Core;

/// <summary>How p-values are adjusted where several questions are asked at once.</summary>
internal enum Adjustment
{
    /// <summary>p times the number of questions.</summary>
    Bonferroni,

    /// <summary>Holm 1979, step-down: the family's error rate, for gates. Never worse than Bonferroni's.</summary>
    Holm,

    /// <summary>Hochberg 1988, step-up: the family's error rate where the questions are independent or depend positively.</summary>
    Hochberg,

    /// <summary>Benjamini and Hochberg 1995: the share of false findings, for slices.</summary>
    BenjaminiHochberg,

    /// <summary>Benjamini and Yekutieli 2001: the same whatever the questions depend on.</summary>
    BenjaminiYekutieli,
}

/// <summary>
/// Adjusted p-values: the least level at which the procedure rejects each, so that "adjusted p at most alpha" is its decision.
/// With m values sorted upwards, p(i): Holm max over j ≤ i of (m - j + 1) p(j); Hochberg min over j ≥ i of the same;
/// Benjamini and Hochberg min over j ≥ i of m p(j) / j, Yekutieli's times Σ 1/i.
/// </summary>
internal static class Multiplicity
{
    /// <param name="p">In any order.</param>
    /// <param name="by">The procedure.</param>
    /// <returns>In the order of <paramref name="p"/>.</returns>
    public static double[] Adjust(IReadOnlyList<double> p, Adjustment by)
    {
        foreach (var value in p)
            if (value is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(p), value, "A p-value is between 0 and 1.");
        var m = p.Count;
        var order = Enumerable.Range(0, m).OrderBy(i => p[i]).ToArray();
        var harmonic = by == Adjustment.BenjaminiYekutieli ? Enumerable.Range(1, m).Sum(i => 1.0 / i) : 1;
        var adjusted = new double[m];
        var isDown = by is Adjustment.Holm or Adjustment.Bonferroni;
        var running = isDown ? 0.0 : 1.0;
        for (var step = 0; step < m; step++)
        {
            var rank = isDown ? step + 1 : m - step;
            var value = p[order[rank - 1]] * Factor(by, m, rank, harmonic);
            running = by == Adjustment.Bonferroni ? value : isDown ? Math.Max(running, value) : Math.Min(running, value);
            adjusted[order[rank - 1]] = Math.Min(1, running);
        }

        return adjusted;
    }

    private static double Factor(Adjustment by, int m, int rank, double harmonic) => by switch
    {
        Adjustment.Bonferroni => m,
        Adjustment.Holm or Adjustment.Hochberg => m - rank + 1,
        _ => m * harmonic / rank,
    };
}
