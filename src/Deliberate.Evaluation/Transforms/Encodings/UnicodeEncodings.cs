using System.Text;

namespace Deliberate.Evaluation;

/// <summary>
/// Code points that no reader sees, or takes for others: filters of words miss them, tokenizers do not. Carried by a sentence that
/// says where to look.
/// </summary>
internal static class UnicodeEncodings
{
    private const int TagBase = 0xE0000, FirstSelectors = 0xFE00, MoreSelectors = 0xE0100, SelectorSplit = 16;
    private const char ZeroBit = '\u200B', OneBit = '\u200C', ByteEnd = '\u200D';
    private const char WideOffset = (char)('！' - '!'), WideSpace = '\u3000';
    private const string Bearer = "🙂";

    /// <summary>Latin letters and the Cyrillic or Greek ones that look the same.</summary>
    private static readonly (char Latin, char Alike)[] Alikes =
    [
        ('a', 'а'), ('c', 'с'), ('e', 'е'), ('i', 'і'), ('j', 'ј'), ('o', 'о'), ('p', 'р'), ('s', 'ѕ'), ('x', 'х'), ('y', 'у'),
        ('A', 'А'), ('B', 'В'), ('C', 'С'), ('E', 'Е'), ('H', 'Н'), ('I', 'І'), ('K', 'К'), ('M', 'М'), ('O', 'О'), ('P', 'Р'), ('T', 'Т'), ('X', 'Х'),
    ];

    public static IReadOnlyList<IPromptTransform> All { get; } =
    [
        Of("unicode-tags", "hidden below in invisible tag characters", Tags, FromTags, "garak, goodside"),
        Of("zero-width", "hidden below in zero-width characters, eight a byte", ZeroWidth, FromZeroWidth, "PyRIT, token smuggling"),
        Of("variation-selectors", "hidden below in the variation selectors behind an emoji", Selectors, FromSelectors, "garak, promptfoo"),
        Of("homoglyphs", "written with letters of other scripts that look alike", t => Exchange(t, p => p.Latin, p => p.Alike), t => Exchange(t, p => p.Alike, p => p.Latin), "garak, badchars"),
        Of("full-width", "written in full-width letters", FullWidth, FromFullWidth, "PyRIT"),
        new ZalgoTransform(),
    ];

    private static TextEncoding Of(string name, string written, Func<string, string> encode, Func<string, string> decode, string source) =>
        new(name, TransformKind.Unicode, written, encode, decode) { Source = source };

    /// <summary>U+E0000 above each ASCII character; others stay, and are seen.</summary>
    private static string Tags(string text) => Runes(text, r => r.Value is >= ' ' and <= '~' ? r.Value + TagBase : r.Value);

    private static string FromTags(string text) => Runes(text, r => r.Value is >= TagBase + ' ' and <= TagBase + '~' ? r.Value - TagBase : r.Value);

    private static string ZeroWidth(string text)
    {
        var hidden = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            for (var bit = 7; bit >= 0; bit--) hidden.Append((b >> bit & 1) == 0 ? ZeroBit : OneBit);
            hidden.Append(ByteEnd);
        }

        return hidden.ToString();
    }

    private static string FromZeroWidth(string text) =>
        Encoding.UTF8.GetString([.. text.Split(ByteEnd, StringSplitOptions.RemoveEmptyEntries).Select(b => (byte)b.Aggregate(0, (value, bit) => (value << 1) | (bit == OneBit ? 1 : 0)))]);

    private static string Selectors(string text)
    {
        var hidden = new StringBuilder(Bearer);
        foreach (var b in Encoding.UTF8.GetBytes(text)) hidden.Append(new Rune(b < SelectorSplit ? FirstSelectors + b : MoreSelectors + b - SelectorSplit).ToString());
        return hidden.ToString();
    }

    private static string FromSelectors(string text) =>
        Encoding.UTF8.GetString([.. text.EnumerateRunes().Where(r => r.Value is >= FirstSelectors and < FirstSelectors + SelectorSplit or >= MoreSelectors and < MoreSelectors + 240)
            .Select(r => (byte)(r.Value < MoreSelectors ? r.Value - FirstSelectors : r.Value - MoreSelectors + SelectorSplit))]);

    private static string Exchange(string text, Func<(char Latin, char Alike), char> from, Func<(char Latin, char Alike), char> to) =>
        string.Concat(text.Select(c => Array.FindIndex(Alikes, p => from(p) == c) is >= 0 and var at ? to(Alikes[at]) : c));

    private static string FullWidth(string text) => string.Concat(text.Select(c => c == ' ' ? WideSpace : c is > ' ' and <= '~' ? (char)(c + WideOffset) : c));

    private static string FromFullWidth(string text) => string.Concat(text.Select(c => c == WideSpace ? ' ' : c is >= '！' and <= '～' ? (char)(c - WideOffset) : c));

    private static string Runes(string text, Func<Rune, int> change)
    {
        var changed = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) changed.Append(new Rune(change(rune)).ToString());
        return changed.ToString();
    }
}
