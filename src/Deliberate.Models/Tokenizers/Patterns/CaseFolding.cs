using System.Text;

namespace Deliberate.Models;

/// <summary>
/// Case folding of the Unicode Character Database (CaseFolding.txt): which characters are one another in another case, and which
/// stand for several, as ß does for ss.
/// </summary>
internal static class CaseFolding
{
    /// <summary>The full foldings of more than one character: what each is folded to, then the characters that are.</summary>
    private const string Full =
        "ss \u00DF\u1E9E|i\u0307 \u0130|\u02BCn \u0149|j\u030C \u01F0|\u03B9\u0308\u0301 \u0390\u1FD3|" +
        "\u03C5\u0308\u0301 \u03B0\u1FE3|\u0565\u0582 \u0587|h\u0331 \u1E96|t\u0308 \u1E97|w\u030A \u1E98|y\u030A \u1E99|" +
        "a\u02BE \u1E9A|\u03C5\u0313 \u1F50|\u03C5\u0313\u0300 \u1F52|\u03C5\u0313\u0301 \u1F54|\u03C5\u0313\u0342 \u1F56|" +
        "\u1F00\u03B9 \u1F80\u1F88|\u1F01\u03B9 \u1F81\u1F89|\u1F02\u03B9 \u1F82\u1F8A|\u1F03\u03B9 \u1F83\u1F8B|" +
        "\u1F04\u03B9 \u1F84\u1F8C|\u1F05\u03B9 \u1F85\u1F8D|\u1F06\u03B9 \u1F86\u1F8E|\u1F07\u03B9 \u1F87\u1F8F|" +
        "\u1F20\u03B9 \u1F90\u1F98|\u1F21\u03B9 \u1F91\u1F99|\u1F22\u03B9 \u1F92\u1F9A|\u1F23\u03B9 \u1F93\u1F9B|" +
        "\u1F24\u03B9 \u1F94\u1F9C|\u1F25\u03B9 \u1F95\u1F9D|\u1F26\u03B9 \u1F96\u1F9E|\u1F27\u03B9 \u1F97\u1F9F|" +
        "\u1F60\u03B9 \u1FA0\u1FA8|\u1F61\u03B9 \u1FA1\u1FA9|\u1F62\u03B9 \u1FA2\u1FAA|\u1F63\u03B9 \u1FA3\u1FAB|" +
        "\u1F64\u03B9 \u1FA4\u1FAC|\u1F65\u03B9 \u1FA5\u1FAD|\u1F66\u03B9 \u1FA6\u1FAE|\u1F67\u03B9 \u1FA7\u1FAF|" +
        "\u1F70\u03B9 \u1FB2|\u03B1\u03B9 \u1FB3\u1FBC|\u03AC\u03B9 \u1FB4|\u03B1\u0342 \u1FB6|\u03B1\u0342\u03B9 \u1FB7|" +
        "\u1F74\u03B9 \u1FC2|\u03B7\u03B9 \u1FC3\u1FCC|\u03AE\u03B9 \u1FC4|\u03B7\u0342 \u1FC6|\u03B7\u0342\u03B9 \u1FC7|" +
        "\u03B9\u0308\u0300 \u1FD2|\u03B9\u0342 \u1FD6|\u03B9\u0308\u0342 \u1FD7|\u03C5\u0308\u0300 \u1FE2|\u03C1\u0313 \u1FE4|" +
        "\u03C5\u0342 \u1FE6|\u03C5\u0308\u0342 \u1FE7|\u1F7C\u03B9 \u1FF2|\u03C9\u03B9 \u1FF3\u1FFC|\u03CE\u03B9 \u1FF4|" +
        "\u03C9\u0342 \u1FF6|\u03C9\u0342\u03B9 \u1FF7|ff \uFB00|fi \uFB01|fl \uFB02|ffi \uFB03|ffl \uFB04|st \uFB05\uFB06|" +
        "\u0574\u0576 \uFB13|\u0574\u0565 \uFB14|\u0574\u056B \uFB15|\u057E\u0576 \uFB16|\u0574\u056D \uFB17";

    /// <summary>Letters of equal folding that .NET's mappings of case do not lead to one another.</summary>
    private static readonly (int A, int B)[] BesideDotNet = [('s', 0x17F), (0x390, 0x1FD3), (0x3B0, 0x1FE3), (0xFB05, 0xFB06)];

    private static readonly Dictionary<int, int[]> Orbits = MakeOrbits();

    private static readonly (int[] Folded, int[] Characters)[] Sequences =
        [.. Full.Split('|').Select(entry => entry.Split(' ')).Select(parts => (CodePoints(parts[0]), CodePoints(parts[1]))).OrderByDescending(entry => entry.Item1.Length)];

    /// <summary>The characters that equal one of the set but for case.</summary>
    public static CodePointSet Close(CodePointSet set)
    {
        var more = new List<(int, int)>();
        foreach (var (codePoint, orbit) in Orbits)
        {
            if (!set.Contains(codePoint)) continue;
            foreach (var other in orbit) more.Add((other, other));
        }

        return more.Count == 0 ? set : set.Union(CodePointSet.Of(more));
    }

    /// <summary>The character and those that equal it but for case.</summary>
    public static CodePointSet Close(int codePoint) => Orbits.TryGetValue(codePoint, out var orbit) ? CodePointSet.Of(orbit) : CodePointSet.Of(codePoint);

    /// <summary>What a character is folded to, where that is more than one; else itself.</summary>
    public static int[] Expand(int codePoint)
    {
        foreach (var (folded, characters) in Sequences)
            if (characters.Contains(codePoint)) return folded;
        return [codePoint];
    }

    /// <summary>The longest beginning of a text that single characters are folded to, and these; 0 where there is none.</summary>
    public static (int Length, int[] Characters) Contract(ReadOnlySpan<int> text)
    {
        foreach (var (folded, characters) in Sequences)
        {
            if (folded.Length > text.Length) continue;
            var i = 0;
            while (i < folded.Length && Close(text[i]).Contains(folded[i])) i++;
            if (i == folded.Length) return (i, characters);
        }

        return (0, []);
    }

    /// <summary>The characters of a set that are folded to more than one, with what they are folded to.</summary>
    public static IEnumerable<int[]> SequencesOf(CodePointSet set) =>
        from sequence in Sequences where sequence.Characters.Any(set.Contains) select sequence.Folded;

    private static int[] CodePoints(string text) => [.. text.EnumerateRunes().Select(rune => rune.Value)];

    private static Dictionary<int, int[]> MakeOrbits()
    {
        // Letters of equal upper case, whatever their own: sigma and final sigma, beta and its curled form.
        var byUpper = new Dictionary<int, List<int>>();
        for (var value = 0; value <= 0x1FFFF; value++)
        {
            if (!Rune.TryCreate(value, out var rune)) continue;
            var upper = Rune.ToUpperInvariant(Rune.ToLowerInvariant(rune)).Value;
            if (!byUpper.TryGetValue(upper, out var letters)) byUpper[upper] = letters = [];
            letters.Add(value);
        }

        foreach (var (a, b) in BesideDotNet)
        {
            var letters = byUpper.Values.First(l => l.Contains(a));
            foreach (var other in byUpper.Values.First(l => l.Contains(b)))
                if (!letters.Contains(other)) letters.Add(other);
        }

        var orbits = new Dictionary<int, int[]>();
        foreach (var letters in byUpper.Values)
        {
            if (letters.Count == 1) continue;
            foreach (var letter in letters) orbits[letter] = [.. letters];
        }

        return orbits;
    }
}
