namespace Deliberate.Core;

/// <summary>
/// The percentile that ratings of a system reach among people's: P(a rating of the system's is above that of a random person's), ties by half,
/// as the o1 system card tells it of ChangeMyView. Each of the system's ratings is held against all ratings of people in its own group where the
/// group has any, else against all of them; the error counts each group once.
/// </summary>
internal static class PercentileMetric
{
    /// <param name="ratings">Group (a thread), whether the system's, the rating.</param>
    public static Estimate Of(IReadOnlyList<(string Group, bool IsSystem, double Rating)> ratings)
    {
        double[] all = [.. ratings.Where(r => !r.IsSystem).Select(r => r.Rating)];
        var own = ratings.Where(r => !r.IsSystem).GroupBy(r => r.Group, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(r => r.Rating).ToArray(), StringComparer.Ordinal);
        var system = ratings.Where(r => r.IsSystem).ToArray();
        if (system.Length == 0 || all.Length == 0) return Estimate.Unmeasured(system.Length, system.Length, ratings.Count);
        var values = new ItemValues<(string Cluster, string Item)>();
        for (var i = 0; i < system.Length; i++)
        {
            var people = own.TryGetValue(system[i].Group, out var group) ? group : all;
            values.Add((system[i].Group, i.ToString(System.Globalization.CultureInfo.InvariantCulture)), people.Average(p => p < system[i].Rating ? 1 : p > system[i].Rating ? 0 : 0.5));
        }

        return ClusteredShareMetric.Of(values);
    }
}
