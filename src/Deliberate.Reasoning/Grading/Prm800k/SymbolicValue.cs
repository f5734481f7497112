using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>A value of an expression at one point: as a complex number, and exactly where it is a fraction of whole numbers that are not too long.</summary>
/// <param name="Approximate">Not finite where there is no value.</param>
/// <param name="Numerator">With <paramref name="Denominator"/> above 0; null where it is not known exactly.</param>
internal readonly record struct SymbolicValue(Complex Approximate, BigInteger? Numerator = null, BigInteger? Denominator = null)
{
    private const int MostBits = 4096;
    private const int LargestFactorial = 1000;

    public static SymbolicValue None { get; } = new(Complex.NaN);

    public bool IsExact => Numerator is not null;

    public static SymbolicValue Of(BigInteger value) => new((double)value, value, BigInteger.One);

    public static SymbolicValue operator -(SymbolicValue a) => new(-a.Approximate, -a.Numerator, a.Denominator);

    public static SymbolicValue operator +(SymbolicValue a, SymbolicValue b) =>
        Exact((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator) ?? new(a.Approximate + b.Approximate);

    public static SymbolicValue operator -(SymbolicValue a, SymbolicValue b) => a + -b;

    public static SymbolicValue operator *(SymbolicValue a, SymbolicValue b) =>
        Exact(a.Numerator * b.Numerator, a.Denominator * b.Denominator) ?? new(a.Approximate * b.Approximate);

    public static SymbolicValue operator /(SymbolicValue a, SymbolicValue b) =>
        b.Approximate == Complex.Zero ? None : Exact(a.Numerator * b.Denominator, a.Denominator * b.Numerator) ?? new(a.Approximate / b.Approximate);

    public static SymbolicValue Power(SymbolicValue a, SymbolicValue b)
    {
        if (b is { Numerator: { } n, Denominator: { IsOne: true } } && a is { Numerator: { } p, Denominator: { } q } && BigInteger.Abs(n) <= 10_000)
        {
            var times = (int)BigInteger.Abs(n);
            if ((Math.Max(p.GetBitLength(), q.GetBitLength()) + 1) * times <= MostBits)
            {
                if (n.Sign < 0 && p.IsZero) return None;
                var (top, bottom) = (BigInteger.Pow(p, times), BigInteger.Pow(q, times));
                return (n.Sign < 0 ? Exact(bottom, top) : Exact(top, bottom)) ?? None;
            }
        }

        if (a.Approximate == Complex.Zero) return b.Approximate.Real > 0 ? Of(0) : b.Approximate == Complex.Zero ? Of(1) : None;
        return new(Complex.Pow(a.Approximate, b.Approximate));
    }

    public static SymbolicValue Root(SymbolicValue a) => new(Complex.Sqrt(a.Approximate));

    public static SymbolicValue NaturalLog(SymbolicValue a) => a.Approximate == Complex.Zero ? None : new(Complex.Log(a.Approximate));

    /// <summary>Γ(a + 1).</summary>
    public static SymbolicValue Factorial(SymbolicValue a)
    {
        if (a is not { Numerator: { } n, Denominator: { IsOne: true } }) return new(Gamma(a.Approximate + 1));
        if (n.Sign < 0 || n > LargestFactorial) return None;
        var product = BigInteger.One;
        for (var i = 2; i <= (int)n; i++) product *= i;
        return Exact(product, BigInteger.One) ?? new((double)product);
    }

    private static SymbolicValue? Exact(BigInteger? numerator, BigInteger? denominator)
    {
        if (numerator is not { } n || denominator is not { } d) return null;
        var common = BigInteger.GreatestCommonDivisor(n, d);
        if (d.Sign < 0) common = -common;
        (n, d) = (n / common, d / common);
        return n.GetBitLength() > MostBits || d.GetBitLength() > MostBits ? null : new SymbolicValue((double)n / (double)d, n, d);
    }

    /// <summary>Lanczos' approximation (g = 7, nine terms), to about 1e-14, with the reflection left of 1/2.</summary>
    private static Complex Gamma(Complex z)
    {
        if (z.Real < 0.5) return Math.PI / (Complex.Sin(Math.PI * z) * Gamma(1 - z));
        ReadOnlySpan<double> terms = [0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7];
        z -= 1;
        Complex sum = terms[0];
        for (var i = 1; i < terms.Length; i++) sum += terms[i] / (z + i);
        var t = z + 7.5;
        return Math.Sqrt(2 * Math.PI) * Complex.Pow(t, z + 0.5) * Complex.Exp(-t) * sum;
    }
}
