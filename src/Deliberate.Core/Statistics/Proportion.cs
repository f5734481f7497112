namespace Deliberate.Core;

/// <summary>
/// A rate: successes out of independent tries. Wilson's score interval is the default (it behaves at 0 and n, where the textbook
/// one has no width); Clopper and Pearson's is exact and wider; two independent rates are compared with Newcombe's hybrid
/// score interval (1998, method 10), others by <see cref="TwoProportions"/>. Where the tries are not independent, as with several samples a problem, use
/// <see cref="ShareMetric"/>, which is what reports show.
/// </summary>
internal readonly record struct Proportion
{
    public Proportion(int successes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        Successes = successes;
        Count = count;
    }

    public int Successes { get; }

    public int Count { get; }

    public double Value => (double)Successes / Count;

    public Interval Wilson(double confidence = 0.95) => Score(Value, Count, Quantiles.TwoSidedNormal(confidence));

    /// <summary>Wilson's interval of a share of a number of tries that need not be whole, with the critical value: the ends at which the score test turns.</summary>
    public static Interval Score(double share, double count, double critical)
    {
        var square = critical * critical;
        var scale = 1 + square / count;
        var centre = (share + square / (2 * count)) / scale;
        var half = critical / scale * Math.Sqrt(share * (1 - share) / count + square / (4 * count * count));
        return new Interval(share <= 0 ? 0 : Math.Max(0, centre - half), share >= 1 ? 1 : Math.Min(1, centre + half));
    }

    /// <summary>The exact interval: beta quantiles.</summary>
    public Interval ClopperPearson(double confidence = 0.95)
    {
        var tail = Quantiles.Tail(confidence);
        return new Interval(
            Successes == 0 ? 0 : Quantiles.Beta(tail, Successes, Count - Successes + 1.0),
            Successes == Count ? 1 : Quantiles.Beta(1 - tail, Successes + 1.0, Count - Successes));
    }

    /// <summary>Wilson's with the correction for continuity (Newcombe 1998, method 4): never narrower than the exact interval by much, and as conservative.</summary>
    public Interval WilsonWithContinuity(double confidence = 0.95)
    {
        var z = Quantiles.TwoSidedNormal(confidence);
        double n = Count, square = z * z, p = Value, scale = 2 * (n + square);
        return new Interval(
            Successes == 0 ? 0 : Math.Max(0, ((2 * n * p) + square - 1 - (z * Math.Sqrt(square - 2 - (1 / n) + (4 * p * ((n * (1 - p)) + 1))))) / scale),
            Successes == Count ? 1 : Math.Min(1, ((2 * n * p) + square + 1 + (z * Math.Sqrt(square + 2 - (1 / n) + (4 * p * ((n * (1 - p)) - 1))))) / scale));
    }

    /// <summary>Quantiles of the posterior under Jeffreys' prior, Beta(1/2, 1/2).</summary>
    /// <param name="confidence">Of the interval.</param>
    /// <param name="closed">Whether an end is 0 where nothing succeeded and 1 where all did, as is usual; else the plain quantiles.</param>
    public Interval Jeffreys(double confidence = 0.95, bool closed = true)
    {
        var tail = Quantiles.Tail(confidence);
        var posterior = new BetaPosterior(Successes, Count, 0.5, 0.5);
        return new Interval(
            closed && Successes == 0 ? 0 : posterior.Quantile(tail),
            closed && Successes == Count ? 1 : posterior.Quantile(1 - tail));
    }

    /// <summary>Agresti and Coull's: the textbook interval after z² / 2 successes and as many failures were added, within [0, 1].</summary>
    public Interval AgrestiCoull(double confidence = 0.95)
    {
        var z = Quantiles.TwoSidedNormal(confidence);
        var count = Count + (z * z);
        var share = (Successes + (z * z / 2)) / count;
        return Interval.Around(share, z, Math.Sqrt(share * (1 - share) / count)).ClampTo(0, 1);
    }

    /// <summary>The textbook interval p ± z √(p (1 - p) / n) within [0, 1], for comparison: it has no width at 0 and n.</summary>
    public Interval Wald(double confidence = 0.95) => Interval.Around(Value, Quantiles.TwoSidedNormal(confidence), Math.Sqrt(Value * (1 - Value) / Count)).ClampTo(0, 1);

    /// <summary>What the rate is below with the confidence, where nothing was seen in n tries: 1 - (1 - confidence)^(1/n), about 3 / n at 95%.</summary>
    public static double UpperBoundOfNone(int count, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return -NearZero.ExpLessOne(Math.Log(2 * Quantiles.Tail(confidence)) / count);
    }

    /// <summary>Newcombe's interval of <paramref name="first"/> - <paramref name="second"/>, two independent samples.</summary>
    public static Interval Difference(Proportion first, Proportion second, double confidence = 0.95)
    {
        var (l1, u1) = first.Wilson(confidence);
        var (l2, u2) = second.Wilson(confidence);
        double p1 = first.Value, p2 = second.Value;
        return new Interval(
            p1 - p2 - Math.Sqrt((p1 - l1) * (p1 - l1) + (u2 - p2) * (u2 - p2)),
            p1 - p2 + Math.Sqrt((u1 - p1) * (u1 - p1) + (p2 - l2) * (p2 - l2)));
    }
}
