namespace Deliberate.Evaluation;

/// <summary>
/// Finds texts that are nearly the same as one seen before: MinHash (Broder 1997) over runs of five words, 112 values in 14 bands of 8,
/// as FineWeb has them (arXiv 2406.17557), so that pairs of similarity .75 share a band with probability .77 and those of .8 with .92. A pair
/// that shares one counts when the share of equal values, which estimates the Jaccard similarity of the two sets of runs with a
/// deviation of at most .05, reaches the threshold. 450 bytes a text.
/// </summary>
internal sealed class NearDuplicates(double similarity)
{
    /// <summary>Shorter texts have too few runs to be nearly the same rather than the same.</summary>
    public const int LeastWords = 12;

    private const int Run = 5, Bands = 14, RowsOfBand = 8, Values = Bands * RowsOfBand;

    private static readonly ulong[] Seeds = [.. Enumerable.Range(1, Values).Select(i => WordHash.Mix((ulong)i * 0x9E3779B97F4A7C15UL))];

    private readonly List<(int Line, uint[] Signature)> _seen = [];
    private readonly Dictionary<ulong, List<int>> _bands = [];

    /// <summary>Null where the text is too short.</summary>
    public static uint[]? Signature(IReadOnlyList<string> words)
    {
        if (words.Count < LeastWords) return null;
        ulong[] hashes = [.. words.Select(WordHash.Of)];
        var least = new uint[Values];
        Array.Fill(least, uint.MaxValue);
        for (var i = 0; i + Run <= hashes.Length; i++)
        {
            var run = WordHash.Run(hashes.AsSpan(i, Run));
            for (var k = 0; k < Values; k++) least[k] = Math.Min(least[k], (uint)(WordHash.Mix(run ^ Seeds[k]) >> 32));
        }

        return least;
    }

    /// <summary>The share of values that are equal: an estimate of the similarity.</summary>
    public static double Similarity(uint[] a, uint[] b)
    {
        var same = 0;
        for (var k = 0; k < Values; k++) same += a[k] == b[k] ? 1 : 0;
        return same / (double)Values;
    }

    /// <summary>The first line seen that is as similar as the threshold says.</summary>
    public (int Line, double Similarity)? Find(uint[] signature)
    {
        for (var band = 0; band < Bands; band++)
        {
            if (!_bands.TryGetValue(Key(signature, band), out var sharing)) continue;
            foreach (var at in sharing)
                if (Similarity(signature, _seen[at].Signature) is var found && found >= similarity) return (_seen[at].Line, found);
        }

        return null;
    }

    public void Add(int line, uint[] signature)
    {
        for (var band = 0; band < Bands; band++)
        {
            var key = Key(signature, band);
            if (!_bands.TryGetValue(key, out var sharing)) _bands[key] = sharing = new List<int>(1);
            sharing.Add(_seen.Count);
        }

        _seen.Add((line, signature));
    }

    private static ulong Key(uint[] signature, int band)
    {
        var key = (ulong)band + 1;
        for (var row = 0; row < RowsOfBand; row++) key = WordHash.Mix(key ^ signature[(band * RowsOfBand) + row]);
        return key;
    }
}
