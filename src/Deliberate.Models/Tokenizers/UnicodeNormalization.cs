using System.IO.Compression;
using System.Text;

namespace Deliberate.Models;

/// <summary>
/// The normalization forms of Unicode (UAX 15), with a record of what became of every character. Its own tables, because .NET
/// leaves text as it is where globalization is invariant.
/// </summary>
internal static class UnicodeNormalization
{
    private const int HangulBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TailCount = 28, HangulCount = LeadCount * VowelCount * TailCount;

    private static readonly Dictionary<int, (int First, int Second)> Decompositions = [];
    private static readonly Dictionary<(int, int), int> Compositions = [];
    private static readonly Dictionary<int, byte> Classes = [];
    private static readonly Lazy<Dictionary<int, int[]>> CompatibleWith = new(ReadCompatible);

#pragma warning disable CA1810 // The three tables come out of one stream.
    static UnicodeNormalization()
#pragma warning restore CA1810
    {
        using var packed = new DeflateStream(new MemoryStream(Convert.FromBase64String(CanonicalData.Packed)), CompressionMode.Decompress);
        using var reader = new BinaryReader(packed);
        var codePoint = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var step = reader.Read7BitEncodedInt();
            codePoint += step >> 1;
            var pair = (reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt());
            Decompositions.Add(codePoint, pair);
            if ((step & 1) == 0) Compositions.Add(pair, codePoint);
        }

        var end = 0;
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var start = end + reader.Read7BitEncodedInt();
            end = start + reader.Read7BitEncodedInt();
            var value = (byte)reader.Read7BitEncodedInt();
            for (var i = start; i <= end; i++) Classes.Add(i, value);
        }
    }

    /// <summary>
    /// A character of the result. <paramref name="Change"/> is 0 if it stands for one character of the source, 1 if it was
    /// inserted after such a one, -n if it stands for n more characters.
    /// </summary>
    public readonly record struct Changed(int CodePoint, int Change);

    /// <summary>Whether UTF-8 can be told to be in a form at a glance: nothing at or beyond U+0300 for form C, ASCII alone for the others.</summary>
    public static bool IsPlainly(NormalizationForm form, ReadOnlySpan<byte> utf8) =>
        !utf8.ContainsAnyInRange(form == NormalizationForm.FormC ? (byte)0xCC : (byte)0x80, (byte)0xFF);

    /// <summary>A text in a form.</summary>
    public static List<Changed> Apply(NormalizationForm form, ReadOnlySpan<byte> utf8)
    {
        var compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD ? CompatibleWith.Value : null;
        var characters = new List<Changed>(utf8.Length);
        while (utf8.Length > 0)
        {
            Rune.DecodeFromUtf8(utf8, out var rune, out var length);
            var first = characters.Count;
            Decompose(rune.Value, compatible, characters, first);
            utf8 = utf8[length..];
        }

        Reorder(characters);
        return form is NormalizationForm.FormC or NormalizationForm.FormKC ? Recompose(characters) : characters;
    }

    private static void Decompose(int codePoint, Dictionary<int, int[]>? compatible, List<Changed> output, int first)
    {
        var hangul = codePoint - HangulBase;
        if (hangul is >= 0 and < HangulCount)
        {
            output.Add(new(LeadBase + (hangul / (VowelCount * TailCount)), output.Count == first ? 0 : 1));
            output.Add(new(VowelBase + (hangul % (VowelCount * TailCount) / TailCount), 1));
            if (hangul % TailCount != 0) output.Add(new(TailBase + (hangul % TailCount), 1));
        }
        else if (codePoint >= 0xC0 && Decompositions.TryGetValue(codePoint, out var pair))
        {
            Decompose(pair.First, compatible, output, first);
            if (pair.Second != 0) Decompose(pair.Second, compatible, output, first);
        }
        else if (compatible is not null && compatible.TryGetValue(codePoint, out var parts))
        {
            foreach (var part in parts) Decompose(part, compatible, output, first);
        }
        else
        {
            output.Add(new(codePoint, output.Count == first ? 0 : 1));
        }
    }

    private static Dictionary<int, int[]> ReadCompatible()
    {
        using var packed = new DeflateStream(new MemoryStream(Convert.FromBase64String(CompatibilityData.Packed)), CompressionMode.Decompress);
        using var reader = new BinaryReader(packed);
        var count = reader.Read7BitEncodedInt();
        var table = new Dictionary<int, int[]>(count);
        int codePoint = 0, last = 0;
        for (; count > 0; count--)
        {
            codePoint += reader.Read7BitEncodedInt();
            var parts = new int[reader.Read7BitEncodedInt()];
            for (var i = 0; i < parts.Length; i++)
            {
                var step = reader.Read7BitEncodedInt();
                parts[i] = last += (step & 1) == 0 ? step >> 1 : -((step + 1) >> 1);
            }

            table.Add(codePoint, parts);
        }

        return table;
    }

    private static byte Class(int codePoint) => codePoint < 0x300 ? (byte)0 : Classes.GetValueOrDefault(codePoint);

    /// <summary>Sorts each run of marks by combining class, keeping the order of equals.</summary>
    private static void Reorder(List<Changed> characters)
    {
        for (var start = 0; start < characters.Count; start++)
        {
            if (Class(characters[start].CodePoint) == 0) continue;
            var end = start + 1;
            while (end < characters.Count && Class(characters[end].CodePoint) != 0) end++;
            if (end - start > 1)
            {
                var sorted = characters.GetRange(start, end - start).OrderBy(character => Class(character.CodePoint)).ToList();
                for (var i = start; i < end; i++) characters[i] = sorted[i - start];
            }

            start = end;
        }
    }

    private static List<Changed> Recompose(List<Changed> characters)
    {
        var output = new List<Changed>(characters.Count);
        var starter = -1;
        var lastClass = -1;
        foreach (var character in characters)
        {
            var current = Class(character.CodePoint);
            if (starter >= 0 && lastClass < current && Pair(output[starter].CodePoint, character.CodePoint) is var composed and >= 0)
            {
                output[starter] = new(composed, output[starter].Change + character.Change - 1);
                continue;
            }

            if (current == 0) (starter, lastClass) = (output.Count, -1);
            else lastClass = current;
            output.Add(character);
        }

        return output;
    }

    private static int Pair(int first, int second)
    {
        var lead = first - LeadBase;
        if (lead is >= 0 and < LeadCount && second - VowelBase is var vowel and >= 0 and < VowelCount)
            return HangulBase + (((lead * VowelCount) + vowel) * TailCount);
        var hangul = first - HangulBase;
        if (hangul is >= 0 and < HangulCount && hangul % TailCount == 0 && second - TailBase is var tail and > 0 and < TailCount)
            return first + tail;
        return Compositions.TryGetValue((first, second), out var composed) ? composed : -1;
    }
}
