namespace Deliberate.Core;

/// <summary>
/// So much a unit, Σ amounts / Σ units over groups of different sizes (nats a word over documents): every unit counts the same. The interval is
/// Student's t of the ratio's linearisation, SE² = Σ (a_i − R·u_i)² / (Σ u)² · g/(g − 1) over g groups (Cochran 1977, section 2.11). One group, or
/// groups that all have the same rate, have no interval.
/// </summary>
internal static class RateMetric
{
    /// <param name="groups">What each has in all; amounts never below 0.</param>
    public static Estimate Of(IReadOnlyList<(double Amount, long Units)> groups)
    {
        var units = groups.Sum(g => g.Units);
        var n = (int)Math.Min(int.MaxValue, units);
        if (units == 0 || groups.Any(g => !double.IsFinite(g.Amount))) return Estimate.Unmeasured(n, groups.Count, n);
        var rate = groups.Sum(g => g.Amount) / units;
        var count = groups.Count;
        var error = count < 2 ? 0 : Math.Sqrt(groups.Sum(g => Math.Pow(g.Amount - (rate * g.Units), 2)) * count / (count - 1.0)) / units;
        if (error <= 1e-12 * Math.Max(1, rate)) return Estimate.WithoutInterval(rate, n, count, n);
        var interval = Interval.Around(rate, Quantiles.TwoSidedT(Estimate.Confidence, count - 1), error);
        return new Estimate(rate, interval.ClampTo(0, double.PositiveInfinity), n, count, n, EstimateMethod.ClusteredStudentT);
    }

    /// <summary>e to the rate: of nats a unit the perplexity.</summary>
    public static Estimate Raised(IReadOnlyList<(double Amount, long Units)> groups)
    {
        var rate = Of(groups);
        return !rate.HasInterval
            ? new Estimate(Math.Exp(rate.Value), Interval.None, rate.N, rate.Clusters, rate.Samples, rate.Method)
            : new Estimate(Math.Exp(rate.Value), new Interval(Math.Exp(rate.Low), Math.Exp(rate.High)), rate.N, rate.Clusters, rate.Samples, EstimateMethod.LogStudentT);
    }
}
