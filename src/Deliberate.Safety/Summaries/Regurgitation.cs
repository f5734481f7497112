namespace Deliberate.Safety;

/// <summary>
/// Whether a summary repeats its thought (o1 system card, section on summaries of the chain of thought: regurgitation). Words are runs of
/// letters and digits in lower case; what stands between them does not count. A run of <see cref="Limit"/> words that both have is a
/// repetition; shorter ones are what two texts on one matter have in common.
/// </summary>
public static class Regurgitation
{
    /// <summary>Words in a row.</summary>
    public const int Limit = 8;

    /// <summary>Words of the longest run that both have.</summary>
    public static int LongestRun(string thought, string summary)
    {
        ArgumentNullException.ThrowIfNull(thought);
        ArgumentNullException.ThrowIfNull(summary);
        var places = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        var said = Words(summary).ToArray();
        for (var i = 0; i < said.Length; i++)
        {
            if (!places.TryGetValue(said[i], out var own)) places[said[i]] = own = [];
            own.Add(i);
        }

        // Runs that end at a word of the summary, before and at the present word of the thought; only words that both have cost anything.
        Dictionary<int, int> before = [], now = [];
        var longest = 0;
        foreach (var word in Words(thought))
        {
            now.Clear();
            if (places.TryGetValue(word, out var at))
                foreach (var place in at) longest = Math.Max(longest, now[place] = before.GetValueOrDefault(place - 1) + 1);
            (before, now) = (now, before);
        }

        return longest;
    }

    /// <summary>Whether the summary repeats the thought.</summary>
    public static bool Repeats(string thought, string summary) => LongestRun(thought, summary) >= Limit;

    /// <summary>Runs of letters and digits, in lower case.</summary>
    internal static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[at]))
            {
                at++;
                continue;
            }

            var start = at;
            while (at < text.Length && char.IsLetterOrDigit(text[at])) at++;
            yield return text[start..at].ToLowerInvariant();
        }
    }
}
