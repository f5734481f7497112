namespace Deliberate.Training;

/// <summary>Metrics that stand together in a document.</summary>
/// <param name="Title">A heading.</param>
/// <param name="About">Of which records they are, in a sentence or two.</param>
/// <param name="Metrics">In order.</param>
internal sealed record MetricGroup(string Title, string About, IReadOnlyList<RunMetric> Metrics);
