using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A pattern's text, read code point by code point, with the escapes that mean the same inside and outside of brackets.</summary>
internal sealed class PatternReader
{
    private readonly int[] _text;
    private readonly string? _file;
    private readonly string _field;

    /// <param name="file">For errors.</param>
    /// <param name="field">For errors.</param>
    public PatternReader(string pattern, string? file, string field) =>
        (_text, _file, _field) = ([.. pattern.EnumerateRunes().Select(rune => rune.Value)], file, field);

    public int Position { get; set; }

    public bool AtEnd => Position >= _text.Length;

    /// <summary>The code point that comes next; -1 at the end.</summary>
    public int Next => Position < _text.Length ? _text[Position] : -1;

    public int Take() => AtEnd ? throw Error("it ends too early") : _text[Position++];

    /// <summary>Takes a text if it comes next.</summary>
    public bool Take(string text)
    {
        if (!StartsWith(text)) return false;
        Position += text.Length;
        return true;
    }

    public bool StartsWith(string text)
    {
        if (Position + text.Length > _text.Length) return false;
        for (var i = 0; i < text.Length; i++)
            if (_text[Position + i] != text[i]) return false;
        return true;
    }

    /// <summary>What stands up to a character, which is taken too.</summary>
    public string TakeTo(char end)
    {
        var start = Position;
        while (Take() != end) { }
        return string.Concat(_text[start..(Position - 1)].Select(codePoint => new Rune(codePoint).ToString()));
    }

    /// <summary>Takes up to so many digits of a base; -1 where there are none.</summary>
    public int Number(int radix, int most)
    {
        long value = 0;
        var start = Position;
        while (Position - start < most && Digit(Next) is var digit and >= 0 && digit < radix)
        {
            value = Math.Min((value * radix) + digit, int.MaxValue);
            Position++;
        }

        return Position == start ? -1 : (int)value;
    }

    /// <summary>The character of an escape, the backslash and the letter behind it being taken; null where it stands for no single one.</summary>
    public int? Character(int letter)
    {
        switch (letter)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return 0x1B;
            case 'x' when Take("{"): return Valid(Braced(16));
            case 'x': return Byte();
            case 'u': return Unit();
            case 'o' when Take("{"): return Valid(Braced(8));
            case '0': return Math.Max(0, Number(8, 2));
            case 'c': return Control(Take());
            case 'C' when Take("-"): return Control(Take());
            case 'M' when Next == '-': throw Unsupported(@"\M-");
            case >= '1' and <= '9': throw Unsupported($@"the back-reference \{(char)letter}");
            case 'Q' or 'E': throw Unsupported($@"\{(char)letter}");
            default: return null;
        }
    }

    /// <summary>The set of an escape that stands for one; null for another.</summary>
    public CodePointSet? Set(int letter, bool inBrackets) => letter switch
    {
        'd' => UnicodeProperties.Digit,
        'D' => UnicodeProperties.Digit.Complement(),
        's' => UnicodeProperties.Space,
        'S' => UnicodeProperties.Space.Complement(),
        'w' => inBrackets ? UnicodeProperties.Word : UnicodeProperties.BareWord,
        'W' => (inBrackets ? UnicodeProperties.Word : UnicodeProperties.BareWord).Complement(),
        'h' => UnicodeProperties.HexDigit,
        'H' => UnicodeProperties.HexDigit.Complement(),
        'p' or 'P' => Property(isNegated: letter == 'P'),
        _ => null,
    };

    public UserError Error(string problem) => new($"The pattern cannot be read: {problem} (character {Position}).", _file, field: _field);

    public UserError Unsupported(string what, string? advice = null) =>
        new($"The pattern has {what} (character {Position}), which is not supported.", _file, field: _field, advice: advice);

    private CodePointSet Property(bool isNegated)
    {
        if (!Take("{")) throw Unsupported(@"\p without braces", @"Write \p{L}.");
        if (Take("^")) isNegated = !isNegated;
        var name = TakeTo('}');
        var set = UnicodeProperties.Find(name) ?? throw Unsupported($@"the property \p{{{name}}}");
        return isNegated ? set.Complement() : set;
    }

    private int Braced(int radix)
    {
        var value = Number(radix, 12);
        return value >= 0 && Take("}") ? value : throw Unsupported("an escape that is not one number in braces");
    }

    private int Byte()
    {
        var value = Number(16, 2);
        if (value > 0x7F) throw Unsupported($@"the byte \x{value:X2}", $@"Write \x{{{value:X}}} for the character.");
        return value < 0 ? 'x' : value;
    }

    private int Unit()
    {
        var start = Position;
        var value = Number(16, 4);
        return Position == start + 4 ? Valid(value) : throw Error(@"four digits must follow \u");
    }

    private int Valid(int codePoint) => Rune.IsValid(codePoint) ? codePoint : throw Error($"{codePoint:X} is no character");

    private int Control(int letter) => letter is >= '?' and <= 'z' and not '\\' ? (letter == '?' ? 0x7F : letter & 0x1F) : throw Error("no letter follows the escape for control");

    private static int Digit(int c) => c switch
    {
        >= '0' and <= '9' => c - '0',
        >= 'a' and <= 'f' => c - 'a' + 10,
        >= 'A' and <= 'F' => c - 'A' + 10,
        _ => -1,
    };
}
