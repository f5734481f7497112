namespace Deliberate.Training;

/// <summary>Looks metrics up in what was recorded.</summary>
internal static class MetricReading
{
    public static bool Has(this IReadOnlyDictionary<string, double> values, RunMetric metric) => values.ContainsKey(metric.Name);

    /// <summary>Null where it was not recorded.</summary>
    public static double? Find(this IReadOnlyDictionary<string, double> values, RunMetric metric) => values.TryGetValue(metric.Name, out var value) ? value : null;

    /// <summary>Null where it was not recorded.</summary>
    public static double? Find(this IReadOnlyList<KeyValuePair<string, double>> values, RunMetric metric)
    {
        foreach (var (name, value) in values)
            if (name == metric.Name) return value;
        return null;
    }

    /// <summary>The stage that the names of a step's metrics tell.</summary>
    public static RunStage StageOf(IEnumerable<string> names)
    {
        foreach (var name in names)
            foreach (var stage in new[] { RunStage.Supervised, RunStage.ExpertIteration })
                if (name.StartsWith(RunFolder.Prefix(stage) + "/", StringComparison.Ordinal)) return stage;
        return RunStage.Reinforcement;
    }
}
