namespace Deliberate.Training;

/// <summary>A metric that a figure shows, for the legend below it.</summary>
internal sealed record ReportTerm(string Name, string Unit, string Meaning, string Source)
{
    public static ReportTerm Of(RunMetric metric) => new(metric.Name, metric.Unit.Name, metric.Meaning, metric.Source);
}
