namespace Deliberate.Core;

/// <summary>
/// Two rates of independent tries: p1 - p2 by several intervals, the z test with the pooled variance, and Fisher's exact test.
/// Rates on the same items are not independent: those are compared in pairs (<see cref="PairedDifference"/>).
/// </summary>
internal readonly record struct TwoProportions(Proportion First, Proportion Second)
{
    public double Difference => First.Value - Second.Value;

    /// <summary>Difference over √(p (1 - p) (1/n1 + 1/n2)) with p pooled; null where that is 0.</summary>
    public double? Z
    {
        get
        {
            var pooled = (First.Successes + (double)Second.Successes) / (First.Count + (double)Second.Count);
            var variance = pooled * (1 - pooled) * ((1.0 / First.Count) + (1.0 / Second.Count));
            return variance > 0 ? Difference / Math.Sqrt(variance) : null;
        }
    }

    /// <summary>Two-sided, of the z test; 1 where all tries of both ended alike.</summary>
    public double PValue => Z is { } z ? 2 * Quantiles.UpperTailNormal(Math.Abs(z)) : 1;

    /// <summary>The textbook interval, for comparison.</summary>
    public Interval Wald(double confidence = 0.95) => Interval.Around(Difference, Quantiles.TwoSidedNormal(confidence), Error(First.Value, First.Count, Second.Value, Second.Count));

    /// <summary>Newcombe's hybrid of two of Wilson's intervals: the default.</summary>
    public Interval Newcombe(double confidence = 0.95) => Proportion.Difference(First, Second, confidence);

    /// <summary>Agresti and Caffo's: the textbook interval after a success and a failure were added to each. It may reach past -1 and 1.</summary>
    public Interval AgrestiCaffo(double confidence = 0.95)
    {
        double n1 = First.Count + 2, n2 = Second.Count + 2, p1 = (First.Successes + 1) / n1, p2 = (Second.Successes + 1) / n2;
        return Interval.Around(p1 - p2, Quantiles.TwoSidedNormal(confidence), Error(p1, n1, p2, n2));
    }

    private static double Error(double p1, double n1, double p2, double n2) => Math.Sqrt((p1 * (1 - p1) / n1) + (p2 * (1 - p2) / n2));
}
