namespace Deliberate.Core;

/// <summary>How disagreement between two categories counts.</summary>
internal enum KappaWeights
{
    /// <summary>All alike.</summary>
    None,

    /// <summary>By the distance of their places in order.</summary>
    Linear,

    /// <summary>By its square.</summary>
    Quadratic,
}

/// <summary>
/// Cohen's kappa of two raters: (observed - expected) / (1 - expected) agreement; weighted, 1 - Σ w o / Σ w e over the table. The
/// error is Fleiss, Cohen and Everitt's (1969). Where both use one category alone there is no kappa: 0 / 0.
/// </summary>
/// <param name="Observed">Share of items on which they agree.</param>
/// <param name="Value">Unweighted.</param>
/// <param name="StandardError">Of the unweighted one, large-sample.</param>
/// <param name="Interval">Normal, not cut off at 1.</param>
internal sealed record CohenKappa(double Observed, double? Value, double? StandardError, Interval? Interval)
{
    /// <param name="a">A category an item, as numbers in their order.</param>
    /// <param name="b">The other rater's.</param>
    public static CohenKappa Of(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        var table = Table(a, b);
        var n = table.GetLength(0);
        double[] rows = new double[n], columns = new double[n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                rows[i] += table[i, j];
                columns[j] += table[i, j];
            }
        }

        double observed = 0, expected = 0;
        for (var i = 0; i < n; i++) (observed, expected) = (observed + table[i, i], expected + (rows[i] * columns[i]));
        if (n == 1) return new CohenKappa(observed, null, null, null);
        double kappa = (observed - expected) / (1 - expected), agreed = 0, differed = 0;
        for (var i = 0; i < n; i++)
        {
            agreed += table[i, i] * Square(1 - ((rows[i] + columns[i]) * (1 - kappa)));
            for (var j = 0; j < n; j++)
                if (i != j) differed += table[i, j] * Square(columns[i] + rows[j]);
        }

        var variance = (agreed + (differed * Square(1 - kappa)) - Square(kappa - (expected * (1 - kappa)))) / (Square(1 - expected) * a.Count);
        var error = Math.Sqrt(Math.Max(0, variance));
        return new CohenKappa(observed, kappa, error, Core.Interval.Around(kappa, Quantiles.TwoSidedNormal(Estimate.Confidence), error));
    }

    /// <summary>Weighted; null where there is none.</summary>
    public static double? Weighted(IReadOnlyList<int> a, IReadOnlyList<int> b, KappaWeights weights)
    {
        var table = Table(a, b);
        var n = table.GetLength(0);
        double[] rows = new double[n], columns = new double[n];
        double observed = 0, expected = 0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                rows[i] += table[i, j];
                columns[j] += table[i, j];
            }
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                double weight = weights switch { KappaWeights.Linear => Math.Abs(i - j), KappaWeights.Quadratic => (i - j) * (i - j), _ => i == j ? 0 : 1 };
                observed += weight * table[i, j];
                expected += weight * rows[i] * columns[j];
            }
        }

        return expected > 0 ? 1 - (observed / expected) : null;
    }

    /// <summary>Shares of the pairs of categories, in order of the categories that occur.</summary>
    private static double[,] Table(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        if (a.Count != b.Count || a.Count == 0) throw new ArgumentException("Both raters rate the same items, at least one.", nameof(b));
        int[] categories = [.. a.Concat(b).Distinct().Order()];
        var table = new double[categories.Length, categories.Length];
        for (var i = 0; i < a.Count; i++) table[Array.BinarySearch(categories, a[i]), Array.BinarySearch(categories, b[i])] += 1.0 / a.Count;
        return table;
    }

    private static double Square(double x) => x * x;
}
