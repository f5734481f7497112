namespace Deliberate.Evaluation;

/// <summary>Hashes of words and of runs of words, the same on every machine.</summary>
internal static class WordHash
{
    /// <summary>FNV-1a over UTF-16 units, mixed at the end.</summary>
    public static ulong Of(string word)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in word) hash = (hash ^ c) * 1099511628211UL;
        return Mix(hash);
    }

    /// <summary>Of words [start, start + count), given the hash of each.</summary>
    public static ulong Run(ReadOnlySpan<ulong> words)
    {
        var hash = (ulong)words.Length;
        foreach (var word in words) hash = Mix((hash * 0x9E3779B97F4A7C15UL) ^ word);
        return hash;
    }

    /// <summary>SplitMix64's finaliser.</summary>
    public static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return hash ^ (hash >> 31);
    }
}
