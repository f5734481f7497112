using System.Globalization;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The classes of code points that tokenizers split on. .NET's regular expressions see UTF-16 units, in which a letter beyond
/// U+FFFF is two symbols; here every code point has its own class.
/// </summary>
[Flags]
internal enum CharacterClass : byte
{
    /// <summary>Everything else: punctuation, symbols, marks, controls, malformed bytes.</summary>
    Other = 0,

    /// <summary>General category L.</summary>
    Letter = 1,

    /// <summary>General categories Nd, Nl and No.</summary>
    Number = 2,

    /// <summary>White_Space.</summary>
    Space = 4,

    /// <summary>Carriage return and line feed (also <see cref="Space"/>).</summary>
    NewLine = 8,

    /// <summary>General category P, and all of ASCII's punctuation.</summary>
    Punctuation = 16,

    /// <summary><c>\w</c> of UTS 18: Alphabetic, marks, decimal digits, connectors, joiners.</summary>
    Word = 32,
}

internal static class CharacterClasses
{
    private static readonly CharacterClass[] Plane0 = MakePlane0();

    public static CharacterClass Of(Rune rune) => rune.IsBmp ? Plane0[rune.Value] : Compute(rune);

    /// <summary>The class of the character that starts at a position of UTF-8, and its length in bytes.</summary>
    public static CharacterClass At(ReadOnlySpan<byte> utf8, int position, out int length)
    {
        var first = utf8[position];
        if (first < 0x80)
        {
            length = 1;
            return Plane0[first];
        }

        Rune.DecodeFromUtf8(utf8[position..], out var rune, out length);
        return Of(rune);
    }

    private static CharacterClass[] MakePlane0()
    {
        var classes = new CharacterClass[0x10000];
        for (var value = 0; value < classes.Length; value++)
            if (Rune.TryCreate(value, out var rune)) classes[value] = Compute(rune);
        return classes;
    }

    private static CharacterClass Compute(Rune rune)
    {
        var result = CharacterClass.Other;
        if (Rune.IsWhiteSpace(rune)) result |= CharacterClass.Space;
        if (rune.Value is '\r' or '\n') result |= CharacterClass.NewLine;
        if (rune.IsAscii && (char.IsPunctuation((char)rune.Value) || char.IsSymbol((char)rune.Value))) result |= CharacterClass.Punctuation;
        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter:
                result |= CharacterClass.Letter | CharacterClass.Word;
                break;
            case UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber:
                result |= CharacterClass.Number | CharacterClass.Word;
                break;
            case UnicodeCategory.OtherNumber:
                result |= CharacterClass.Number;
                break;
            case UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark:
                result |= CharacterClass.Word;
                break;
            case UnicodeCategory.ConnectorPunctuation:
                result |= CharacterClass.Punctuation | CharacterClass.Word;
                break;
            case UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
                or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation:
                result |= CharacterClass.Punctuation;
                break;
        }

        // Symbols that are Alphabetic all the same (circled and squared letters), and the two joiners.
        if (rune.Value is 0x200C or 0x200D or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149)
            or (>= 0x1F150 and <= 0x1F169) or (>= 0x1F170 and <= 0x1F189)) result |= CharacterClass.Word;
        return result;
    }
}
