using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>
/// One chart, or several panels under one caption. The caption says what is to be seen; n and how it was made are fields of
/// their own, so that no figure goes without them.
/// </summary>
internal sealed record ReportFigure(IReadOnlyList<IChart> Panels, string Caption, string Sample, string HowMade)
{
    /// <summary>Many small panels, three in a row where the page is wide.</summary>
    public bool IsSmallMultiples { get; init; }

    /// <summary>The metrics that it shows, explained below it.</summary>
    public IReadOnlyList<ReportTerm> Terms { get; init; } = [];
}

/// <summary>A metric that a figure shows, for the legend below it.</summary>
internal sealed record ReportTerm(string Name, string Unit, string Meaning, string Source);
