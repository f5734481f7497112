namespace Deliberate.Training;

/// <summary>The metrics and timings of a run's folder, under the names of today whatever program wrote them.</summary>
internal static class RecordedMetrics
{
    /// <summary>In the order written; nothing where there is no file yet.</summary>
    /// <param name="recipe">The run's own, which values of before are converted by.</param>
    /// <exception cref="Core.UserError">A line is not a record.</exception>
    public static IEnumerable<MetricsRecord> Read(RunFolder folder, TrainRecipe recipe) => Lines(folder, MetricsStream.MetricsFile).Select(record => OldMetricNames.Renew(record, recipe));

    /// <summary>Seconds of training that the timings tell of, evaluations not counted.</summary>
    public static double Seconds(RunFolder folder) => Lines(folder, MetricsStream.TimingsFile).Sum(record => TimingMetrics.Steps.Sum(metric => record.Values.Find(metric) ?? 0));

    private static IEnumerable<MetricsRecord> Lines(RunFolder folder, string file)
    {
        var path = Path.Combine(folder.Root, file);
        return File.Exists(path) ? MetricsStream.Read(path) : [];
    }
}
