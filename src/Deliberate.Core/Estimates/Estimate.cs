using System.Text.Json.Serialization;

namespace Deliberate.Core;

/// <summary>
/// A measured quantity with its 95% interval and how that was made: the one object that console, pages, JSON, comparisons and
/// alarms print. Only the metrics of this folder make it (<see cref="ShareMetric"/>, <see cref="MeanMetric"/>, <see cref="DifferenceMetric"/>,
/// <see cref="SeedMeanMetric"/>,
/// <see cref="RatioMetric"/>, <see cref="GeometricMeanMetric"/>, <see cref="PassAtK"/>, <see cref="MajorityAtK"/>, <see cref="BestOfN"/>, <see cref="WeightedVoteAtN"/>): no other place computes
/// an interval. What was not measured has the value NaN, and what has a value but too little to tell its error by (one item,
/// or values that are all alike where nothing bounds them) has no interval: both ends NaN. In JSON these are null.
/// </summary>
[JsonConverter(typeof(EstimateJson))]
public sealed record Estimate
{
    internal const double Confidence = 0.95;

    internal Estimate(double value, Interval interval, int n, int clusters, int samples, EstimateMethod method)
    {
        (Value, Low, High, N, Clusters, Samples, Method) = (value, interval.Low, interval.High, n, clusters, samples, method);
    }

    /// <summary>The point estimate; NaN where nothing was measured.</summary>
    public double Value { get; }

    /// <summary>Lower end of the 95% interval; NaN where it cannot be estimated.</summary>
    public double Low { get; }

    /// <summary>Upper end of the 95% interval; NaN where it cannot be estimated.</summary>
    public double High { get; }

    /// <summary>Items that were measured: problems, of a text its tokens. This is the n to quote.</summary>
    public int N { get; }

    /// <summary>Groups of values that hang together, each of which the interval counts once: the items themselves where there are several samples an item.</summary>
    public int Clusters { get; }

    /// <summary>Values in all: with several samples an item more than <see cref="N"/>.</summary>
    public int Samples { get; }

    /// <summary>How the interval was made.</summary>
    public EstimateMethod Method { get; }

    /// <summary>Whether there is a value.</summary>
    public bool IsMeasured => double.IsFinite(Value);

    /// <summary>Whether there is an interval.</summary>
    public bool HasInterval => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>For a difference: what may be said of it.</summary>
    internal Finding Finding => Low > 0 ? Finding.Larger : High < 0 ? Finding.Smaller : Finding.NotToldApart;

    /// <summary>Of a share: of what the share leaves, 1 less it.</summary>
    internal Estimate Complement() => new(1 - Value, new Interval(1 - High, 1 - Low), N, Clusters, Samples, Method);

    /// <summary>Of no items, or of values that are no numbers.</summary>
    internal static Estimate Unmeasured(int n = 0, int clusters = 0, int samples = 0) => new(double.NaN, Interval.None, n, clusters, samples, EstimateMethod.None);

    /// <summary>A value whose error cannot be told.</summary>
    internal static Estimate WithoutInterval(double value, int n, int clusters, int samples) => new(value, Interval.None, n, clusters, samples, EstimateMethod.None);
}
