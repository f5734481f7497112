namespace Deliberate.Safety;

/// <summary>
/// Delta debugging (Zeller and Hildebrandt 2002, ddmin): the fewest parts of something that works which still work together, in their order; no
/// single one of them could be left out, unless the tests ran out first.
/// </summary>
internal static class DeltaDebugging
{
    /// <param name="parts">All of them work.</param>
    /// <param name="works">Whether some of them do.</param>
    /// <param name="tests">How often that may be asked.</param>
    /// <returns>The parts that are left, and whether no single one of them can go; else the tests were used up.</returns>
    public static async Task<(IReadOnlyList<T> Parts, bool IsMinimal)> MinimiseAsync<T>(IReadOnlyList<T> parts, Func<IReadOnlyList<T>, Task<bool>> works, int tests)
    {
        var pieces = 2;
        while (parts.Count > 0)
        {
            var isSmaller = false;
            var size = Math.Max(1, parts.Count / pieces);
            for (var from = 0; from < parts.Count; from += size)
            {
                if (tests-- <= 0) return (parts, false);
                IReadOnlyList<T> rest = [.. parts.Take(from), .. parts.Skip(from + size)];
                if (!await works(rest).ConfigureAwait(false)) continue;
                (parts, pieces, isSmaller) = (rest, Math.Max(2, pieces - 1), true);
                break;
            }

            if (isSmaller) continue;
            if (size == 1) break;
            pieces = Math.Min(parts.Count, 2 * pieces);
        }

        return (parts, true);
    }
}
