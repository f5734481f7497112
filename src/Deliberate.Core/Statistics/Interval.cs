namespace Deliberate.Core;

/// <summary>A closed interval, of confidence unless said otherwise.</summary>
internal readonly record struct Interval(double Low, double High)
{
    /// <summary>Neither end is known.</summary>
    public static Interval None { get; } = new(double.NaN, double.NaN);

    public double Width => High - Low;

    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The part within [<paramref name="low"/>, <paramref name="high"/>].</summary>
    public Interval ClampTo(double low, double high) => new(Math.Clamp(Low, low, high), Math.Clamp(High, low, high));

    /// <summary>centre ± factor · standardError.</summary>
    public static Interval Around(double centre, double factor, double standardError) => new(centre - factor * standardError, centre + factor * standardError);
}
