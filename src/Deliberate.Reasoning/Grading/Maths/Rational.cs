using System.Globalization;
using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// An exact fraction in lowest terms, the denominator positive. Operations give null beyond <see cref="MostBits"/>, or where
/// there is no value: what a model writes must not be able to take time or memory.
/// </summary>
internal readonly record struct Rational
{
    /// <summary>Of numerator and denominator each: some 4,900 digits.</summary>
    public const int MostBits = 1 << 14;

    private Rational(BigInteger numerator, BigInteger denominator) => (Numerator, Denominator) = (numerator, denominator);

    public static Rational Zero { get; } = new(0, 1);

    public static Rational One { get; } = new(1, 1);

    public BigInteger Numerator { get; }

    public BigInteger Denominator { get; }

    public bool IsInteger => Denominator.IsOne;

    public int Sign => Numerator.Sign;

    public static Rational Of(long value) => new(value, 1);

    public static Rational? Of(BigInteger numerator, BigInteger denominator)
    {
        if (denominator.IsZero || numerator.GetBitLength() > 2 * MostBits || denominator.GetBitLength() > 2 * MostBits) return null;
        var common = BigInteger.GreatestCommonDivisor(numerator, denominator);
        if (denominator.Sign < 0) common = -common;
        var (n, d) = (numerator / common, denominator / common);
        return n.GetBitLength() > MostBits || d.GetBitLength() > MostBits ? null : new Rational(n, d);
    }

    /// <summary>Reads digits with at most one point: <c>12</c>, <c>.5</c>, <c>12.</c>; exactly.</summary>
    public static Rational? Parse(ReadOnlySpan<char> digits)
    {
        if (digits.Length > MostBits / 4) return null;
        var point = digits.IndexOf('.');
        if (point < 0) return BigInteger.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? Of(whole, 1) : null;
        var together = string.Concat(digits[..point], digits[(point + 1)..]);
        return BigInteger.TryParse(together, NumberStyles.None, CultureInfo.InvariantCulture, out var scaled) ? Of(scaled, BigInteger.Pow(10, digits.Length - point - 1)) : null;
    }

    public static Rational? Add(in Rational a, in Rational b) => Of((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Rational? Multiply(in Rational a, in Rational b) => Of(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Rational? Divide(in Rational a, in Rational b) => Of(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public static Rational operator -(in Rational a) => new(-a.Numerator, a.Denominator);

    /// <summary>To a whole power.</summary>
    public static Rational? Power(in Rational value, BigInteger exponent)
    {
        if (value.Sign == 0) return exponent.Sign > 0 ? Zero : exponent.IsZero ? One : null;
        if (BigInteger.Abs(value.Numerator).IsOne && value.IsInteger) return value.Sign > 0 || exponent.IsEven ? One : Of(-1);
        var bits = Math.Max(value.Numerator.GetBitLength(), value.Denominator.GetBitLength());
        var size = BigInteger.Abs(exponent);
        if (size * bits > 2 * MostBits) return null;
        var power = (int)size;
        var (n, d) = (BigInteger.Pow(value.Numerator, power), BigInteger.Pow(value.Denominator, power));
        return exponent.Sign < 0 ? Of(d, n) : Of(n, d);
    }

    /// <summary>The root, where it is a fraction itself; odd roots of negative numbers are negative.</summary>
    public static Rational? Root(in Rational value, int degree)
    {
        if (degree < 1 || (value.Sign < 0 && degree % 2 == 0)) return null;
        if (Root(BigInteger.Abs(value.Numerator), degree) is not { } n || Root(value.Denominator, degree) is not { } d) return null;
        return Of(value.Sign < 0 ? -n : n, d);
    }

    public BigInteger Floor() => Numerator.Sign < 0 && !IsInteger ? (Numerator / Denominator) - 1 : Numerator / Denominator;

    public double ToDouble()
    {
        // Both parts may exceed what a double holds although their quotient does not.
        var shift = (int)Math.Max(0, Math.Max(Numerator.GetBitLength(), Denominator.GetBitLength()) - 1000);
        var (n, d) = ((double)(Numerator >> shift), (double)(Denominator >> shift));
        return d == 0 ? double.PositiveInfinity * Numerator.Sign : n / d;
    }

    private static BigInteger? Root(BigInteger value, int degree)
    {
        if (value.IsZero || value.IsOne) return value;
        if (degree > value.GetBitLength()) return null;

        // Newton's method from above.
        var guess = BigInteger.One << (int)((value.GetBitLength() / degree) + 1);
        while (true)
        {
            var next = (((degree - 1) * guess) + (value / BigInteger.Pow(guess, degree - 1))) / degree;
            if (next >= guess) break;
            guess = next;
        }

        return BigInteger.Pow(guess, degree) == value ? guess : null;
    }
}
