using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// A number: an exact fraction where every operation on the way to it was exact, a complex double otherwise. NaN where there is no value.
/// </summary>
internal readonly record struct MathValue(Rational? Exact, Complex Approximate)
{
    /// <summary>Relative difference within which two doubles count as one number: far above rounding, far below any decimal that people write.</summary>
    private const double Tolerance = 1e-11;

    /// <summary>A double next to zero counts as zero only where the other side is exactly zero.</summary>
    private const double Zero = 1e-13;

    /// <summary>
    /// A fraction of longer terms than this, written as a decimal or as a fraction of long numbers, is a rounded value and not the
    /// closed form of an irrational one: 3.14159265358979 is not pi, however near. Shorter ones are never as near as
    /// <see cref="Tolerance"/> by chance.
    /// </summary>
    private const int LongestClosedForm = 10_000;

    public static MathValue None { get; } = new(null, new Complex(double.NaN, 0));

    public bool IsFinite => Exact is not null || Complex.IsFinite(Approximate);

    public bool IsReal => Exact is not null || Math.Abs(Approximate.Imaginary) <= Tolerance * Math.Max(1, Math.Abs(Approximate.Real));

    public double Real => Exact is { } exact ? exact.ToDouble() : Approximate.Real;

    public static MathValue Of(Rational exact) => new(exact, new Complex(exact.ToDouble(), 0));

    public static MathValue Of(Complex value) => new(null, value);

    /// <summary>Whether two numbers are the same; null where one of them is none.</summary>
    /// <param name="rounded">Whether a decimal stands in one of them that may be rounded, see <see cref="IsRounded"/>: then only exact fractions are equal.</param>
    public static bool? Same(in MathValue a, in MathValue b, bool rounded = false)
    {
        if (!a.IsFinite || !b.IsFinite) return null;
        if (a.Exact is { } x && b.Exact is { } y) return x == y;
        if (rounded) return false;
        var (p, q) = (a.Approximate, b.Approximate);
        if (!Complex.IsFinite(p) || !Complex.IsFinite(q)) return null;
        if (a.Exact is { Sign: 0 } || b.Exact is { Sign: 0 }) return Complex.Abs(p - q) <= Zero;
        return Complex.Abs(p - q) <= Tolerance * Math.Max(Complex.Abs(p), Complex.Abs(q));
    }

    /// <summary>Whether two numbers of usual size differ by more than any rounding, whatever cancelled on the way to them.</summary>
    public static bool DifferMuch(in MathValue a, in MathValue b)
    {
        if (!a.IsFinite || !b.IsFinite) return false;
        var larger = Math.Max(Complex.Abs(a.Approximate), Complex.Abs(b.Approximate));
        return larger is > 1e-100 and < 1e100 && Complex.Abs(a.Approximate - b.Approximate) > 1e-6 * larger;
    }

    /// <summary>Whether a number that somebody wrote down may be a rounded one.</summary>
    public static bool IsRounded(MathNode node) => node switch
    {
        NumberNode number => number.Value.Denominator > LongestClosedForm,
        CallNode { Function: "div", Arguments: [NumberNode over, NumberNode under] } => under.Value.Denominator > LongestClosedForm || over.Value.Denominator > LongestClosedForm || (under.Value.Numerator > LongestClosedForm && BigInteger.Abs(over.Value.Numerator) > LongestClosedForm),
        _ => MathSymbols.Children(node).Any(IsRounded),
    };
}
