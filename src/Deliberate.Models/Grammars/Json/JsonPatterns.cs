using System.Text;
using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// JSON (RFC 8259) as patterns: values of every kind, and how a given value is written. White space stands where people put it: behind
/// brackets, commas and colons, one space or a line's end with up to 20 characters of indentation. Numbers have at most 15 digits before
/// and behind the point and two in the exponent, which every reader takes.
/// </summary>
internal static class JsonPatterns
{
    public const string Value = "json value", Object = "json object", Array = "json array", String = "json string", Number = "json number", Integer = "json integer", Character = "json character";

    /// <summary>Digits before and behind a number's point.</summary>
    public const int MostDigits = 15;

    private const int MostIndent = 20;

    public static Pattern Space { get; } = Pattern.Either(
        Pattern.Empty, Pattern.Text(" "), Pattern.Of(Pattern.Text("\n"), new Pattern.Chars(CodePoints.Of(' ').Or(CodePoints.Of('\t'))).Times(0, MostIndent)));

    public static Pattern Comma { get; } = Pattern.Of(Pattern.Text(","), Space);

    public static Pattern Colon { get; } = Pattern.Of(Pattern.Text(":"), Space);

    public static Pattern Digit { get; } = Pattern.Char('0', '9');

    /// <summary>What stands in a string as it is.</summary>
    private static CodePoints Plain { get; } = CodePoints.Union([CodePoints.Of(0, 0x1F), CodePoints.Of('"'), CodePoints.Of('\\')]).Not();

    /// <summary>The rules of any value, by the names above.</summary>
    public static IEnumerable<KeyValuePair<string, Pattern>> Rules()
    {
        var (value, text) = (new Pattern.Rule(Value), new Pattern.Rule(String));
        var member = Pattern.Of(text, Colon, value);
        yield return new(Value, Pattern.Either(new Pattern.Rule(Object), new Pattern.Rule(Array), text, new Pattern.Rule(Number), Pattern.Text("true"), Pattern.Text("false"), Pattern.Text("null")));
        yield return new(Object, Pattern.Of(Pattern.Text("{"), Space, Listed(member, 0, null), Pattern.Text("}")));
        yield return new(Array, Pattern.Of(Pattern.Text("["), Space, Listed(value, 0, null), Pattern.Text("]")));
        yield return new(String, Pattern.Of(Pattern.Text("\""), new Pattern.Rule(Character).Times(0, null), Pattern.Text("\"")));
        var unsigned = Pattern.Either(Pattern.Text("0"), Pattern.Of(Pattern.Char('1', '9'), Digit.Times(0, MostDigits - 1)));
        yield return new(Integer, Pattern.Of(Pattern.Text("-").Optional(), unsigned));
        yield return new(Number, Pattern.Of(
            new Pattern.Rule(Integer), Pattern.Of(Pattern.Text("."), Digit.Times(1, MostDigits)).Optional(),
            Pattern.Of(Pattern.Either(Pattern.Text("e"), Pattern.Text("E")), Pattern.Either(Pattern.Text("+"), Pattern.Text("-")).Optional(), Digit.Times(1, 2)).Optional()));
        yield return new(Character, AnyCharacter());
    }

    /// <summary>Elements with commas between them and the space before the closing bracket.</summary>
    public static Pattern Listed(Pattern element, int least, int? most)
    {
        if (most == 0) return Pattern.Empty;
        var some = Pattern.Of(element, Pattern.Of(Comma, element).Times(Math.Max(0, least - 1), most - 1), Space);
        return least == 0 ? some.Optional() : some;
    }

    /// <summary>A string of the characters that an automaton reads, escaped where they must be.</summary>
    public static Pattern Quoted(CharAutomaton automaton) => Pattern.Of(Pattern.Text("\""), new Pattern.Automaton(automaton, Escaped), Pattern.Text("\""));

    /// <summary>The one way in which a value is written.</summary>
    public static Pattern Literal(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var members = value.EnumerateObject().Select(p => Pattern.Of(Key(p.Name), Colon, Literal(p.Value))).ToArray();
                return Pattern.Of(Pattern.Text("{"), Space, Fixed(members), Pattern.Text("}"));
            case JsonValueKind.Array:
                return Pattern.Of(Pattern.Text("["), Space, Fixed([.. value.EnumerateArray().Select(Literal)]), Pattern.Text("]"));
            case JsonValueKind.String:
                return Key(value.GetString()!);
            default:
                return Pattern.Text(value.GetRawText());
        }
    }

    /// <summary>A string.</summary>
    public static Pattern Key(string text) => Pattern.Text(Spell(text));

    /// <summary>How a string is written.</summary>
    public static string Spell(string text)
    {
        var written = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            if (Plain.Contains(rune.Value)) written.Append(rune);
            else written.Append(EscapeOf(rune.Value));
        }

        return written.Append('"').ToString();
    }

    private static Pattern Fixed(Pattern[] elements)
    {
        List<Pattern> parts = [];
        foreach (var element in elements)
        {
            if (parts.Count > 0) parts.Add(Comma);
            parts.Add(element);
        }

        if (parts.Count > 0) parts.Add(Space);
        return new Pattern.Sequence(parts);
    }

    /// <summary>Characters of a set, each written in one way.</summary>
    private static Pattern Escaped(CodePoints set)
    {
        List<Pattern> options = [];
        var plain = set.And(Plain);
        if (!plain.IsEmpty) options.Add(new Pattern.Chars(plain));
        foreach (var (low, high) in set.Without(Plain).Ranges)
            for (var value = low; value <= high; value++) options.Add(Pattern.Text(EscapeOf(value)));
        return Pattern.Either([.. options]);
    }

    private static string EscapeOf(int value) => value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\f' => "\\f",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\\u{value:x4}"),
    };

    /// <summary>One character in any way that it can be written; surrogates only in pairs.</summary>
    private static Pattern AnyCharacter()
    {
        var hex = new Pattern.Chars(CodePoints.Union([CodePoints.Of('0', '9'), CodePoints.Of('a', 'f'), CodePoints.Of('A', 'F')]));
        var (d, upper, lower) = (Either("dD"), Either("89abAB"), Either("cdefCDEF"));
        var notD = new Pattern.Chars(CodePoints.Union([CodePoints.Of('0', '9'), CodePoints.Of('a', 'c'), CodePoints.Of('e', 'f'), CodePoints.Of('A', 'C'), CodePoints.Of('E', 'F')]));
        var single = Pattern.Either(Pattern.Of(notD, hex, hex, hex), Pattern.Of(d, Pattern.Char('0', '7'), hex, hex));
        var pair = Pattern.Of(d, upper, hex, hex, Pattern.Text("\\u"), d, lower, hex, hex);
        return Pattern.Either(
            new Pattern.Chars(Plain),
            Pattern.Of(Pattern.Text("\\"), Pattern.Either(Either("\"\\/bfnrt"), Pattern.Of(Pattern.Text("u"), Pattern.Either(single, pair)))));

        static Pattern Either(string characters) => new Pattern.Chars(CodePoints.Union(characters.Select(c => CodePoints.Of(c))));
    }
}
