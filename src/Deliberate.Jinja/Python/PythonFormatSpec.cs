using System.Globalization;
using System.Numerics;

namespace Deliberate.Jinja;

/// <summary>
/// How one value is laid out by <c>%</c> and by <c>format</c>: fill, alignment, sign, width, grouping, precision
/// (<c>[[fill]align][sign][#][0][width][,_][.precision][type]</c>).
/// </summary>
internal sealed class PythonFormatSpec
{
    public string Fill { get; set; } = " ";

    /// <summary>&lt; &gt; ^ = or none for the type's own.</summary>
    public char Align { get; set; }

    /// <summary>What stands before numbers that are not negative: + or a space, or nothing.</summary>
    public char Sign { get; set; }

    public bool Alternate { get; set; }

    public int Width { get; set; } = -1;

    public char Grouping { get; set; }

    public int Precision { get; set; } = -1;

    public char Type { get; set; }

    private bool _zero;

    /// <summary>Takes one of the flags of the % syntax.</summary>
    public void Flag(char flag)
    {
        switch (flag)
        {
            case '-': Align = '<'; break;
            case '0': _zero = true; break;
            case '#': Alternate = true; break;
            case '+': Sign = '+'; break;
            default: Sign = Sign == '+' ? '+' : ' '; break;
        }
    }

    public static PythonFormatSpec Parse(string text)
    {
        var spec = new PythonFormatSpec();
        var i = 0;
        var width = text.Length > 0 ? PythonText.Width(text, 0) : 0;
        if (text.Length > width && "<>^=".Contains(text[width]))
        {
            spec.Fill = text[..width];
            spec.Align = text[width];
            i = width + 1;
        }
        else if (text.Length > 0 && "<>^=".Contains(text[0]))
        {
            spec.Align = text[i++];
        }

        if (i < text.Length && text[i] is '+' or '-' or ' ') spec.Sign = text[i++] is var sign && sign == '-' ? '\0' : sign;
        if (i < text.Length && text[i] == '#') spec.Flag(text[i++]);
        if (i < text.Length && text[i] == '0') spec.Flag(text[i++]);
        spec.Width = Digits(text, ref i);
        if (i < text.Length && text[i] is ',' or '_') spec.Grouping = text[i++];
        if (i < text.Length && text[i] == '.')
        {
            i++;
            spec.Precision = Digits(text, ref i);
            if (spec.Precision < 0) throw new JinjaException("Format specifier missing precision");
        }

        if (i < text.Length) spec.Type = text[i++];
        if (i < text.Length) throw new JinjaException("Invalid format specifier");
        return spec;
    }

    private static int Digits(string text, ref int i)
    {
        var start = i;
        while (i < text.Length && char.IsAsciiDigit(text[i])) i++;
        return i == start ? -1 : int.TryParse(text.AsSpan(start, i - start), out var value) ? value : throw new JinjaException("Too many decimal digits in format string");
    }

    public string Text(JinjaRun run, string text, char align)
    {
        if (Precision >= 0 && Precision < text.Length) text = text[..PythonText.UnitOf(text, Precision)];
        return PythonStrings.Pad(run, text, Width, _zero && Align == '\0' && align == '<' ? "0" : Fill, Align == '\0' ? align : Align);
    }

    public string Integer(JinjaRun run, BigInteger value, char type)
    {
        var magnitude = BigInteger.Abs(value);
        run.Budget.Spend(value.GetBitLength() / 8);
        var digits = type switch
        {
            'd' => magnitude.ToString(CultureInfo.InvariantCulture),
            'x' => Hex(magnitude).ToLowerInvariant(),
            'X' => Hex(magnitude),
            'b' => Binary(magnitude),
            _ => Octal(magnitude),
        };
        if (Precision > digits.Length) digits = PythonStrings.ZeroFill(run, digits, Precision);
        var prefix = Alternate ? type switch { 'x' => "0x", 'X' => "0X", 'o' => "0o", 'b' => "0b", _ => "" } : "";
        return Number(run, value.Sign < 0, prefix, Group(digits, type == 'd' ? 3 : 4));
    }

    private static string Hex(BigInteger value) => value.IsZero ? "0" : value.ToString("X", CultureInfo.InvariantCulture).TrimStart('0');

    private static string Binary(BigInteger value) => value.IsZero ? "0" : value.ToString("B", CultureInfo.InvariantCulture).TrimStart('0');

    private static string Octal(BigInteger value)
    {
        var bits = Binary(value);
        bits = bits.PadLeft((bits.Length + 2) / 3 * 3, '0');
        var digits = new System.Text.StringBuilder(bits.Length / 3);
        for (var i = 0; i < bits.Length; i += 3) digits.Append((char)('0' + ((bits[i] - '0') * 4) + ((bits[i + 1] - '0') * 2) + bits[i + 2] - '0'));
        return digits.ToString();
    }

    public string Float(JinjaRun run, double value, char type)
    {
        var precision = Precision < 0 ? 6 : Precision;
        run.Budget.Spend(80 + (precision / 16));
        if (precision > 400) throw new JinjaException("precision too big");
        var text = char.ToLowerInvariant(type) switch
        {
            'e' => PythonFloat.Scientific(value, precision),
            'g' => PythonFloat.General(value, precision),
            'n' => PythonFloat.General(value, precision),
            '%' => PythonFloat.Fixed(value * 100, precision) + "%",
            '\0' => Precision < 0 ? PythonFloat.Repr(value) : Loose(value, precision),
            _ => PythonFloat.Fixed(value, precision),
        };
        if (char.IsAsciiLetterUpper(type)) text = text.ToUpperInvariant();
        var negative = text.StartsWith('-');
        if (negative) text = text[1..];
        var end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        return Number(run, negative, "", end == 0 ? text : end < 0 ? Group(text, 3) : Group(text[..end], 3) + text[end..]);
    }

    /// <summary>No type but a precision: like g, yet with at least one decimal.</summary>
    private static string Loose(double value, int precision)
    {
        var text = PythonFloat.General(value, precision);
        return text.AsSpan().ContainsAny(".en") ? text : text + ".0";
    }

    private string Group(string digits, int size)
    {
        if (Grouping == '\0') return digits;
        var text = new System.Text.StringBuilder(digits.Length * 2);
        for (var i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % size == 0) text.Append(Grouping);
            text.Append(digits[i]);
        }

        return text.ToString();
    }

    private string Number(JinjaRun run, bool negative, string prefix, string digits)
    {
        var lead = (negative ? "-" : Sign == '\0' ? "" : Sign.ToString()) + prefix;
        if ((_zero && Align == '\0') || Align == '=') return lead + PythonStrings.Pad(run, digits, Width - lead.Length, Align == '=' && !_zero ? Fill : "0", '>');
        return PythonStrings.Pad(run, lead + digits, Width, Fill, Align == '\0' ? '>' : Align);
    }
}
