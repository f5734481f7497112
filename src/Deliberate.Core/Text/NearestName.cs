namespace Deliberate.Core;

/// <summary>
/// Suggests what a misspelt name was meant to be: the candidate at the smallest edit distance (insert, delete, replace, swap of
/// neighbours; case ignored), if it is near enough to be a slip, that is within a third of the longer name's length, at least 1.
/// </summary>
internal static class NearestName
{
    private const int LongestName = 200;

    /// <summary>The nearest candidate, the first of several equally near; null where none is near.</summary>
    public static string? Find(string name, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        if (name.Length is 0 or > LongestName) return null;
        foreach (var candidate in candidates)
        {
            if (candidate.Length is 0 or > LongestName) continue;
            var distance = Distance(name, candidate);
            var allowed = Math.Max(1, Math.Max(name.Length, candidate.Length) / 3);
            if (distance > allowed || distance >= bestDistance) continue;
            best = candidate;
            bestDistance = distance;
        }

        return best;
    }

    /// <summary><c>Did you mean "x"?</c>, or what the choices are if none is near and they are few; null if there is nothing to say.</summary>
    public static string? Suggest(string name, IReadOnlyCollection<string> candidates)
    {
        var nearest = Find(name, candidates);
        if (nearest is not null) return $"Did you mean \"{nearest}\"?";
        return candidates.Count is > 0 and <= 30 ? $"Known here: {string.Join(", ", candidates)}." : null;
    }

    /// <summary>Optimal string alignment distance over UTF-16 units, case ignored.</summary>
    public static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var last = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = Same(a[i - 1], b[j - 1]);
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1])) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last, row) = (last, row, before);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
