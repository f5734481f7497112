using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>
/// Python's operators on numbers, text and lists: whole numbers never overflow (up to a bound on their size), division of whole
/// numbers gives a float, // and % round towards minus infinity, ordering different types is an error.
/// </summary>
internal static class JinjaArithmetic
{
    /// <summary>Longest whole number, in bits: as many decimal digits as Python agrees to print (4,300).</summary>
    private const long MaxBits = 14_284;

    public static bool IsNumber(JinjaValue value) => value is JinjaInt or JinjaFloat or JinjaBool;

    public static BigInteger ToInteger(JinjaValue value) => value switch
    {
        JinjaInt i => i.Value,
        JinjaBool b => b.IsTrue ? BigInteger.One : BigInteger.Zero,
        JinjaUndefined u => throw u.Failure(),
        _ => throw new JinjaException($"'{value.TypeName}' object cannot be interpreted as an integer"),
    };

    /// <summary>A whole number for a count or a position, cut to the range of an int.</summary>
    public static int ToInt(JinjaValue value) => (int)BigInteger.Clamp(ToInteger(value), int.MinValue, int.MaxValue);

    public static double ToDouble(JinjaValue value) => value is JinjaFloat f ? f.Value : (double)ToInteger(value);

    public static JinjaValue Binary(JinjaRun run, string symbol, JinjaValue left, JinjaValue right)
    {
        if (left is JinjaUndefined missing) throw missing.Failure();
        if (symbol == "%" && left is JinjaString format) return new JinjaString(PythonPercentFormat.Format(run, format.Text, right), format.IsMarkup);
        if (right is JinjaUndefined absent) throw absent.Failure();
        if (IsNumber(left) && IsNumber(right)) return left is JinjaFloat || right is JinjaFloat ? OfFloats(symbol, ToDouble(left), ToDouble(right)) : OfIntegers(run, symbol, ToInteger(left), ToInteger(right));
        return (symbol, left, right) switch
        {
            ("+", JinjaString a, JinjaString b) => Join(run, a, b),
            ("+", JinjaList a, JinjaList b) when a.IsTuple == b.IsTuple => Chain(run, a, b),
            ("+", JinjaBytes a, JinjaBytes b) => new JinjaBytes([.. a.Bytes, .. b.Bytes]),
            ("+", JinjaString, _) => throw new JinjaException($"can only concatenate str (not \"{right.TypeName}\") to str"),
            ("+", JinjaList { IsTuple: false }, _) => throw new JinjaException($"can only concatenate list (not \"{right.TypeName}\") to list"),
            ("*", JinjaString or JinjaList, JinjaInt or JinjaBool) => Repeat(run, left, ToInteger(right)),
            ("*", JinjaInt or JinjaBool, JinjaString or JinjaList) => Repeat(run, right, ToInteger(left)),
            _ => throw new JinjaException($"unsupported operand type(s) for {(symbol == "**" ? "** or pow()" : symbol)}: '{left.TypeName}' and '{right.TypeName}'"),
        };
    }

    private static JinjaString Join(JinjaRun run, JinjaString a, JinjaString b)
    {
        run.Budget.SpendText((long)a.Text.Length + b.Text.Length);
        if (!a.IsMarkup && !b.IsMarkup) return new JinjaString(a.Text + b.Text);
        return new JinjaString((a.IsMarkup ? a.Text : PythonText.EscapeHtml(a.Text)) + (b.IsMarkup ? b.Text : PythonText.EscapeHtml(b.Text)), isMarkup: true);
    }

    private static JinjaList Chain(JinjaRun run, JinjaList a, JinjaList b)
    {
        run.Budget.Spend(a.Items.Count + b.Items.Count);
        return new JinjaList([.. a.Items, .. b.Items], a.IsTuple);
    }

    private static JinjaValue Repeat(JinjaRun run, JinjaValue value, BigInteger times)
    {
        var count = (long)BigInteger.Clamp(times, 0, int.MaxValue);
        if (value is JinjaString text) return new JinjaString(run.Write().Append(text.Text, count).ToString(), text.IsMarkup);
        var list = (JinjaList)value;
        run.Budget.Spend(list.Items.Count * count);
        var items = new List<JinjaValue>((int)(list.Items.Count * count));
        if (list.Items.Count > 0)
        {
            for (var i = 0L; i < count; i++) items.AddRange(list.Items);
        }

        return new JinjaList(items, list.IsTuple);
    }

    private static JinjaFloat OfFloats(string symbol, double a, double b)
    {
        if (b == 0 && symbol is ("/" or "//" or "%")) throw new JinjaException(symbol switch { "/" => "float division by zero", "//" => "float floor division by zero", _ => "float modulo" });
        return new JinjaFloat(symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => FloorDivide(a, b),
            "%" => Modulo(a, b),
            _ => Power(a, b),
        });
    }

    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        if (rest == 0) return Math.CopySign(0, b);
        return (rest < 0) != (b < 0) ? rest + b : rest;
    }

    private static double FloorDivide(double a, double b)
    {
        var quotient = (a - Modulo(a, b)) / b;
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static double Power(double a, double b)
    {
        if (a == 0 && b < 0) throw new JinjaException("0.0 cannot be raised to a negative power");
        if (a < 0 && !double.IsInteger(b) && double.IsFinite(b)) throw new JinjaException("a negative number has no real power with a fraction");
        var result = Math.Pow(a, b);
        if (double.IsInfinity(result) && double.IsFinite(a) && double.IsFinite(b)) throw new JinjaException("(34, 'Numerical result out of range')");
        return result;
    }

    private static JinjaValue OfIntegers(JinjaRun run, string symbol, BigInteger a, BigInteger b)
    {
        SpendWork(run, a, b);
        if (b.IsZero && symbol is ("/" or "//" or "%")) throw new JinjaException(symbol == "/" ? "division by zero" : "integer division or modulo by zero");
        switch (symbol)
        {
            case "+": return Sized(a + b);
            case "-": return Sized(a - b);
            case "*": return Sized(a * b);
            case "/": return new JinjaFloat(Divide(a, b));
            case "//": return Sized(Floor(a, b).Quotient);
            case "%": return Sized(Floor(a, b).Remainder);
            default:
                if (b.Sign < 0) return OfFloats("**", (double)a, (double)b);
                if (!a.IsZero && !a.IsOne && a != BigInteger.MinusOne && (b > MaxBits || a.GetBitLength() * (long)b > MaxBits * 2)) throw TooLong();
                var exponent = b > MaxBits ? (b.IsEven ? 2 : 1) : (int)b;
                run.Budget.Spend(a.GetBitLength() * exponent / 32);
                return Sized(BigInteger.Pow(a, exponent));
        }
    }

    private static double Divide(BigInteger a, BigInteger b)
    {
        if (a.GetBitLength() <= 53 && b.GetBitLength() <= 53) return (double)a / (double)b;

        // Enough bits of the quotient that the one rounding at the end decides.
        var shift = (int)Math.Max(0, 66 - (a.GetBitLength() - b.GetBitLength()));
        var quotient = BigInteger.DivRem(a << shift, b, out var rest);
        if (!rest.IsZero) quotient = (quotient << 1) | BigInteger.One;
        else quotient <<= 1;
        var result = Math.ScaleB((double)quotient, -shift - 1);
        return double.IsFinite(result) ? result : throw new JinjaException("integer division result too large for a float");
    }

    private static (BigInteger Quotient, BigInteger Remainder) Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var rest);
        return !rest.IsZero && (rest.Sign < 0) != (b.Sign < 0) ? (quotient - 1, rest + b) : (quotient, rest);
    }

    /// <summary>Long numbers cost what schoolbook multiplication of their 32-bit words does.</summary>
    private static void SpendWork(JinjaRun run, BigInteger a, BigInteger b)
    {
        var words = (a.GetBitLength() / 32) * (b.GetBitLength() / 32);
        if (words > 16) run.Budget.Spend(words / 16);
    }

    public static JinjaInt Sized(BigInteger value) => value.GetBitLength() <= MaxBits ? new JinjaInt(value) : throw TooLong();

    private static JinjaException TooLong() => new("a whole number exceeds the limit of 4300 digits");

    /// <summary>Order of two numbers; NaN is unordered and gives 2.</summary>
    public static int Compare(JinjaValue left, JinjaValue right)
    {
        if (left is not JinjaFloat && right is not JinjaFloat) return ToInteger(left).CompareTo(ToInteger(right));
        if (left is JinjaFloat a && right is JinjaFloat b) return a.Value < b.Value ? -1 : a.Value > b.Value ? 1 : a.Value == b.Value ? 0 : 2;
        if (right is not JinjaFloat other) return Compare(right, left) switch { 2 => 2, var order => -order };
        var integer = ToInteger(left);
        if (double.IsNaN(other.Value)) return 2;
        if (double.IsInfinity(other.Value)) return other.Value > 0 ? -1 : 1;
        var whole = Math.Floor(other.Value);
        var order2 = integer.CompareTo(new BigInteger(whole));
        return order2 == 0 && other.Value > whole ? -1 : order2;
    }
}
