using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The sets that patterns name, as <c>\p{Han}</c>: general categories, scripts, properties, and POSIX brackets in Oniguruma's
/// meaning. Names are compared without case, spaces, hyphens and underscores.
/// </summary>
internal static class UnicodeProperties
{
    /// <summary>Category by category, in the order of <see cref="UnicodeCategory"/>: short name, long name.</summary>
    private const string CategoryNames =
        "Lu Uppercase_Letter|Ll Lowercase_Letter|Lt Titlecase_Letter|Lm Modifier_Letter|Lo Other_Letter|Mn Nonspacing_Mark|Mc Spacing_Mark|Me Enclosing_Mark|" +
        "Nd Decimal_Number|Nl Letter_Number|No Other_Number|Zs Space_Separator|Zl Line_Separator|Zp Paragraph_Separator|Cc Control|Cf Format|Cs Surrogate|Co Private_Use|" +
        "Pc Connector_Punctuation|Pd Dash_Punctuation|Ps Open_Punctuation|Pe Close_Punctuation|Pi Initial_Punctuation|Pf Final_Punctuation|Po Other_Punctuation|" +
        "Sm Math_Symbol|Sc Currency_Symbol|Sk Modifier_Symbol|So Other_Symbol|Cn Unassigned";

    private const string GroupNames = "L Letter|M Mark Combining_Mark|N Number|P Punctuation|S Symbol|Z Separator|C Other";

    private static readonly CodePointSet[] Categories = MakeCategories();
    private static readonly Dictionary<string, CodePointSet> Named = MakeNamed();

    /// <summary>Superscripts and fractions of Latin-1, which Oniguruma takes for word characters outside of brackets only.</summary>
    private static readonly CodePointSet LatinNumbers = CodePointSet.Of(0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE);

    public static CodePointSet LineFeed { get; } = CodePointSet.Of('\n');

    public static CodePointSet Space { get; } = Category(UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator).Union(CodePointSet.Of((9, 13), (0x85, 0x85)));

    public static CodePointSet Digit => Category(UnicodeCategory.DecimalDigitNumber);

    public static CodePointSet HexDigit { get; } = CodePointSet.Of(('0', '9'), ('a', 'f'), ('A', 'F'));

    /// <summary>Inside of brackets.</summary>
    public static CodePointSet Word { get; } = Named["alphabetic"].Union(Named["m"]).Union(Digit).Union(Category(UnicodeCategory.ConnectorPunctuation));

    /// <summary>Outside of brackets, and for word boundaries.</summary>
    public static CodePointSet BareWord { get; } = Word.Union(LatinNumbers);

    /// <summary>The set of a name; null where there is none. <c>Script=Han</c> and <c>gc=L</c> of other dialects are understood as well.</summary>
    public static CodePointSet? Find(string name)
    {
        var key = Key(name);
        foreach (var prefix in new[] { "script=", "sc=", "generalcategory=", "gc=" })
            if (key.StartsWith(prefix, StringComparison.Ordinal)) key = key[prefix.Length..];
        return Posix(key) ?? Named.GetValueOrDefault(key);
    }

    /// <summary>The set of a name in <c>[:alpha:]</c>; null where there is none.</summary>
    public static CodePointSet? Posix(string name)
    {
        var graph = Space.Union(Category(UnicodeCategory.Control, UnicodeCategory.Surrogate, UnicodeCategory.OtherNotAssigned)).Complement();
        return name switch
        {
            "alnum" => Named["alphabetic"].Union(Digit),
            "alpha" => Named["alphabetic"],
            "ascii" => CodePointSet.Of((0, 0x7F)),
            "blank" => Category(UnicodeCategory.SpaceSeparator).Union(CodePointSet.Of('\t')),
            "cntrl" => Category(UnicodeCategory.Control),
            "digit" => Digit,
            "graph" => graph,
            "lower" => Named["lowercase"],
            "print" => graph.Union(Category(UnicodeCategory.SpaceSeparator)),
            "punct" => Named["p"].Union(CodePointSet.Of('$', '+', '<', '=', '>', '^', '`', '|', '~')),
            "space" or "whitespace" => Space,
            "upper" => Named["uppercase"],
            "word" => Word,
            "xdigit" => HexDigit,
            _ => null,
        };
    }

    private static CodePointSet Category(params ReadOnlySpan<UnicodeCategory> categories)
    {
        var set = CodePointSet.Empty;
        foreach (var category in categories) set = set.Union(Categories[(int)category]);
        return set;
    }

    private static string Key(string name) => name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    private static CodePointSet[] MakeCategories()
    {
        var ranges = new List<(int First, int Last)>[30];
        for (var i = 0; i < ranges.Length; i++) ranges[i] = [];
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            var list = ranges[(int)CharUnicodeInfo.GetUnicodeCategory(codePoint)];
            if (list.Count > 0 && list[^1].Last == codePoint - 1) list[^1] = (list[^1].First, codePoint);
            else list.Add((codePoint, codePoint));
        }

        return Array.ConvertAll(ranges, r => CodePointSet.Of(r));
    }

    private static Dictionary<string, CodePointSet> MakeNamed()
    {
        var named = new Dictionary<string, CodePointSet>(StringComparer.Ordinal) { ["any"] = CodePointSet.All };
        var names = Array.ConvertAll(CategoryNames.Split('|'), entry => entry.Split(' '));
        for (var i = 0; i < names.Length; i++)
            foreach (var name in names[i]) named[Key(name)] = Categories[i];
        foreach (var entry in GroupNames.Split('|'))
        {
            var set = CodePointSet.Empty;
            for (var i = 0; i < names.Length; i++)
                if (names[i][0][0] == entry[0]) set = set.Union(Categories[i]);
            foreach (var name in entry.Split(' ')) named[Key(name)] = set;
        }

        named["lc"] = named["l&"] = named["casedletter"] = named["lu"].Union(named["ll"]).Union(named["lt"]);
        named["assigned"] = named["cn"].Complement();
        Unpack(named);
        return named;
    }

    private static void Unpack(Dictionary<string, CodePointSet> named)
    {
        using var packed = new DeflateStream(new MemoryStream(Convert.FromBase64String(UnicodePropertyData.Packed)), CompressionMode.Decompress);
        using var reader = new BinaryReader(packed, Encoding.UTF8);
        for (var properties = reader.Read7BitEncodedInt(); properties > 0; properties--)
        {
            var names = new string[reader.Read7BitEncodedInt()];
            for (var i = 0; i < names.Length; i++) names[i] = Key(reader.ReadString());
            var ranges = new (int, int)[reader.Read7BitEncodedInt()];
            var end = 0;
            for (var i = 0; i < ranges.Length; i++)
            {
                var start = end + reader.Read7BitEncodedInt();
                end = start + reader.Read7BitEncodedInt();
                ranges[i] = (start, end);
            }

            var set = CodePointSet.Of(ranges);
            foreach (var name in names) named[name] = set;
        }
    }
}
