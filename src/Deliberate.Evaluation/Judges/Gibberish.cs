namespace Deliberate.Evaluation;

/// <summary>
/// Text that is no answer to anything, by what it is made of alone: no words, mostly characters that are none of a text's, or the same few
/// words over and over. It finds what breaks down, not what is wrong or beside the point.
/// </summary>
internal static class Gibberish
{
    private const int LongEnough = 40, Run = 4;
    private const double LeastText = 0.6, LeastDistinct = 0.2;

    /// <summary>What speaks against it; null where nothing does.</summary>
    public static string? Objection(string text)
    {
        double kept = 0, counted = 0;
        foreach (var c in text)
        {
            counted++;
            if (char.IsLetterOrDigit(c) || char.IsWhiteSpace(c) || char.IsPunctuation(c) || char.IsSurrogate(c)) kept++;
        }

        var words = HashedFeatures.Words(text);
        if (!words.Exists(w => w.Any(char.IsLetter))) return "there is no word in it";
        if (kept / counted < LeastText) return "most of it is not text";
        if (words.Count < LongEnough) return null;
        var runs = Enumerable.Range(0, words.Count - Run + 1).Select(i => string.Join(' ', words.GetRange(i, Run))).ToArray();
        return (double)runs.Distinct(StringComparer.Ordinal).Count() / runs.Length < LeastDistinct ? "it says the same words over and over" : null;
    }
}
