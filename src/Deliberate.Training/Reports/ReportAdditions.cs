using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>What a study puts on the page of its runs.</summary>
/// <param name="Chapters">Behind those of the runs, before their health.</param>
/// <param name="ToCome">What the page lacks yet.</param>
internal sealed record ReportAdditions(IReadOnlyList<ReportChapter> Chapters, IReadOnlyList<string> ToCome)
{
    public static ReportAdditions None { get; } = new([], []);
}
