using System.Numerics;

namespace Deliberate.Reasoning;

/// <summary>
/// Arithmetic and elementary functions on <see cref="MathValue"/>. With <c>real</c>, what has no real value has none, and odd roots of
/// negative numbers are negative; else values are complex and principal.
/// </summary>
internal static class MathFunctions
{
    private const int LargestFactorial = 500, LargestDegree = 1000;

    public static MathValue Unary(string function, in MathValue a, bool real)
    {
        if (!a.IsFinite) return MathValue.None;
        switch (function)
        {
            case "neg": return Negate(a);
            case "pos": return a;
            case "sqrt": return Root(a, MathValue.Of(Rational.Of(2)), real);
            case "abs" or "norm": return a.Exact is { } exact ? MathValue.Of(exact.Sign < 0 ? -exact : exact) : Of(new Complex(Complex.Abs(a.Approximate), 0));
            case "floor": return Whole(a, ceiling: false);
            case "ceil": return Whole(a, ceiling: true);
            case "fact": return Factorial(a);
            case "sgn": return a.IsReal ? MathValue.Of(Rational.Of(Math.Sign(a.Real))) : MathValue.None;
            default: break;
        }

        if (!real) return Of(ComplexFunction(function, a.Approximate));
        var x = a.Approximate.Real;
        return function == "ln" && x <= 0 ? MathValue.None : Of(new Complex(RealFunction(function, x), 0));
    }

    public static MathValue Negate(in MathValue a) => a.Exact is { } exact ? MathValue.Of(-exact) : Of(-a.Approximate);

    public static MathValue Add(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Add(x, y) is { } sum ? MathValue.Of(sum) : MathValue.None : Of(a.Approximate + b.Approximate);

    public static MathValue Multiply(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Multiply(x, y) is { } product ? MathValue.Of(product) : MathValue.None : Of(a.Approximate * b.Approximate);

    public static MathValue Divide(in MathValue a, in MathValue b) =>
        a.Exact is { } x && b.Exact is { } y ? Rational.Divide(x, y) is { } quotient ? MathValue.Of(quotient) : MathValue.None : Of(a.Approximate / b.Approximate);

    public static MathValue Power(in MathValue a, in MathValue b, bool real)
    {
        if (a.Exact is { } x && b.Exact is { } y)
        {
            if (y.IsInteger) return Rational.Power(x, y.Numerator) is { } power ? MathValue.Of(power) : MathValue.None;
            if ((x.Sign >= 0 || (real && !y.Denominator.IsEven)) && y.Denominator <= 64 && Rational.Root(x, (int)y.Denominator) is { } root && Rational.Power(root, y.Numerator) is { } rooted) return MathValue.Of(rooted);
        }

        // A whole power of a complex number by repeated products is more exact than through the logarithm.
        if (b.Exact is { IsInteger: true } whole && BigInteger.Abs(whole.Numerator) <= 64)
        {
            var result = Complex.One;
            for (var i = (int)BigInteger.Abs(whole.Numerator); i > 0; i--) result *= a.Approximate;
            return Of(whole.Sign < 0 ? 1 / result : result);
        }

        if (!real) return Of(Complex.Pow(a.Approximate, b.Approximate));
        var (value, exponent) = (a.Approximate.Real, b.Approximate.Real);
        if (value >= 0) return Of(new Complex(Math.Pow(value, exponent), 0));

        // The real power of a negative number: p / q with q odd.
        if (b.Exact is not { } fraction || fraction.Denominator.IsEven) return MathValue.None;
        var size = Math.Pow(-value, exponent);
        return Of(new Complex(fraction.Numerator.IsEven ? size : -size, 0));
    }

    public static MathValue Root(in MathValue a, in MathValue degree, bool real)
    {
        if (degree.Exact is not { IsInteger: true, Sign: > 0 } n || n.Numerator > LargestDegree) return MathValue.None;
        var k = (int)n.Numerator;
        if (a.Exact is { } x && Rational.Root(x, k) is { } root) return MathValue.Of(root);

        // The real root of a negative number where there is one.
        if (a.IsReal && a.Real < 0 && k % 2 == 1) return Of(new Complex(-Math.Pow(-a.Real, 1.0 / k), 0));
        if (real) return a.Real < 0 ? MathValue.None : Of(new Complex(k == 2 ? Math.Sqrt(a.Real) : Math.Pow(a.Real, 1.0 / k), 0));
        return Of(k == 2 ? Complex.Sqrt(a.Approximate) : Complex.Pow(a.Approximate, 1.0 / k));
    }

    public static MathValue Binomial(in MathValue n, in MathValue k)
    {
        if (k.Exact is not { IsInteger: true, Sign: >= 0 } whole || whole.Numerator > LargestFactorial) return MathValue.None;
        var result = MathValue.Of(Rational.One);
        for (var i = 0; i < (int)whole.Numerator && result.IsFinite; i++)
            result = Divide(Multiply(result, Add(n, MathValue.Of(Rational.Of(-i)))), MathValue.Of(Rational.Of(i + 1)));
        return result;
    }

    /// <summary>Greatest common divisor, least common multiple, the larger or the smaller of two numbers.</summary>
    public static MathValue Fold(string function, in MathValue a, in MathValue b)
    {
        if (function is "max" or "min") return a.Real > b.Real == (function == "max") ? a : b;
        if (a.Exact is not { IsInteger: true } x || b.Exact is not { IsInteger: true } y) return MathValue.None;
        var divisor = BigInteger.GreatestCommonDivisor(x.Numerator, y.Numerator);
        var result = function == "gcd" ? divisor : divisor.IsZero ? BigInteger.Zero : BigInteger.Abs(x.Numerator / divisor * y.Numerator);
        return Rational.Of(result, 1) is { } whole ? MathValue.Of(whole) : MathValue.None;
    }

    private static double RealFunction(string function, double x) => function switch
    {
        "deg" => x * Math.PI / 180,
        "exp" => Math.Exp(x),
        "ln" => Math.Log(x),
        "sin" => Math.Sin(x),
        "cos" => Math.Cos(x),
        "tan" => Math.Tan(x),
        "cot" => 1 / Math.Tan(x),
        "sec" => 1 / Math.Cos(x),
        "csc" => 1 / Math.Sin(x),
        "sinh" => Math.Sinh(x),
        "cosh" => Math.Cosh(x),
        "tanh" => Math.Tanh(x),
        "coth" => 1 / Math.Tanh(x),
        "sech" => 1 / Math.Cosh(x),
        "csch" => 1 / Math.Sinh(x),
        "arcsin" => Math.Asin(x),
        "arccos" => Math.Acos(x),
        "arctan" => Math.Atan(x),
        "arccot" => (Math.PI / 2) - Math.Atan(x),
        "arcsinh" => Math.Asinh(x),
        "arccosh" => Math.Acosh(x),
        "arctanh" => Math.Atanh(x),
        _ => double.NaN,
    };

    private static Complex ComplexFunction(string function, Complex x) => function switch
    {
        "deg" => x * Math.PI / 180,
        "exp" => Complex.Exp(x),
        "ln" => Complex.Log(x),
        "sin" => Complex.Sin(x),
        "cos" => Complex.Cos(x),
        "tan" => Complex.Tan(x),
        "cot" => 1 / Complex.Tan(x),
        "sec" => 1 / Complex.Cos(x),
        "csc" => 1 / Complex.Sin(x),
        "sinh" => Complex.Sinh(x),
        "cosh" => Complex.Cosh(x),
        "tanh" => Complex.Tanh(x),
        "coth" => 1 / Complex.Tanh(x),
        "sech" => 1 / Complex.Cosh(x),
        "csch" => 1 / Complex.Sinh(x),
        "arcsin" => Complex.Asin(x),
        "arccos" => Complex.Acos(x),
        "arctan" => Complex.Atan(x),
        "arccot" => (Math.PI / 2) - Complex.Atan(x),
        _ => new Complex(double.NaN, 0),
    };

    private static MathValue Of(Complex value) => Complex.IsFinite(value) ? MathValue.Of(value) : MathValue.None;

    private static MathValue Whole(in MathValue a, bool ceiling)
    {
        if (a.Exact is { } exact) return Rational.Of(ceiling ? -(-exact).Floor() : exact.Floor(), 1) is { } whole ? MathValue.Of(whole) : MathValue.None;
        return a.IsReal ? Of(new Complex(ceiling ? Math.Ceiling(a.Real) : Math.Floor(a.Real), 0)) : MathValue.None;
    }

    private static MathValue Factorial(in MathValue a)
    {
        if (a.Exact is { IsInteger: true } whole)
        {
            if (whole.Sign < 0 || whole.Numerator > LargestFactorial) return MathValue.None;
            var product = BigInteger.One;
            for (var i = 2; i <= (int)whole.Numerator; i++) product *= i;
            return Rational.Of(product, 1) is { } exact ? MathValue.Of(exact) : MathValue.None;
        }

        return a.IsReal ? Of(new Complex(Gamma(a.Real + 1), 0)) : MathValue.None;
    }

    /// <summary>Lanczos' approximation (g = 7, nine terms), some 15 digits, with the reflection formula below one half.</summary>
    private static double Gamma(double x)
    {
        if (x < 0.5) return Math.PI / (Math.Sin(Math.PI * x) * Gamma(1 - x));
        ReadOnlySpan<double> c =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        x--;
        var sum = c[0];
        for (var i = 1; i < c.Length; i++) sum += c[i] / (x + i);
        var t = x + 7.5;
        return Math.Sqrt(2 * Math.PI) * Math.Pow(t, x + 0.5) * Math.Exp(-t) * sum;
    }
}
