using System.Text;

namespace Deliberate.Evaluation;

/// <summary>Words of a request, runs of letters, with everything between them left in its place.</summary>
internal static class Words
{
    public static string Each(string text, Func<string, string> change)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var end = at;
            while (end < text.Length && char.IsLetter(text[end])) end++;
            if (end > at) result.Append(change(text[at..end]));
            else result.Append(text[end++]);
            at = end;
        }

        return result.ToString();
    }

    /// <summary>The longest one, the first of several; null where there is none.</summary>
    public static string? Longest(string text)
    {
        string? longest = null;
        Each(text, word =>
        {
            if (word.Length > (longest?.Length ?? 0)) longest = word;
            return word;
        });
        return longest;
    }
}
