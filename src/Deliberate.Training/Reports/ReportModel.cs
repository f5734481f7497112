using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// Everything a report says, as plain data: <see cref="ReportPage"/> lays it out and knows nothing of runs. All texts are plain
/// text that may come from a model; `code` in backticks is set as code in prose and captions.
/// </summary>
internal sealed record ReportModel
{
    public required string Title { get; init; }

    public string Subtitle { get; init; } = "";

    /// <summary>When, how and on what it was made, in a few short pieces: "21 November 2026", "6 min 40 s on 2 cores".</summary>
    public IReadOnlyList<string> Made { get; init; } = [];

    /// <summary>The finding, in a paragraph or two.</summary>
    public IReadOnlyList<string> Lead { get; init; } = [];

    public IReadOnlyList<KeyNumber> KeyNumbers { get; init; } = [];

    /// <summary>What the reader may conclude.</summary>
    public IReadOnlyList<string> Shows { get; init; } = [];

    /// <summary>What the reader may not conclude.</summary>
    public IReadOnlyList<string> DoesNotShow { get; init; } = [];

    public IReadOnlyList<ReportChapter> Chapters { get; init; } = [];

    public HealthChapter? Health { get; init; }

    public required Provenance Provenance { get; init; }
}

/// <summary>A chapter: prose, then key numbers, figures, tables and transcripts, each where there are any.</summary>
internal sealed record ReportChapter(string Title)
{
    public IReadOnlyList<string> Prose { get; init; } = [];

    public IReadOnlyList<KeyNumber> KeyNumbers { get; init; } = [];

    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>Said before the transcripts: how they were chosen.</summary>
    public string TranscriptsNote { get; init; } = "";

    public IReadOnlyList<TranscriptPair> Transcripts { get; init; } = [];
}

/// <summary>A number worth a card: "92%", "Nested arithmetic, every step right", "95% interval 88% to 95%; before RL 47%".</summary>
internal sealed record KeyNumber(string Value, string Label, string Note = "", ChartTone Tone = ChartTone.Blue);

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

/// <summary>A table; the first column is its row heading, the others are aligned right where they hold numbers.</summary>
internal sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows, string Caption = "")
{
    /// <summary>The caption, and how the intervals of its cells were made where there are any.</summary>
    public string Note => EstimateText.Methods(Rows.SelectMany(row => row).Select(cell => cell.Estimate).OfType<Estimate>()) is { Length: > 0 } methods ? $"{Caption} 95% intervals: {methods}.".TrimStart() : Caption;
}

/// <summary>A cell: text, or a value with its interval in smaller type.</summary>
internal sealed record ReportCell(string Text, string Interval = "", bool IsNumber = false)
{
    /// <summary>What the cell shows, where it is one.</summary>
    public Estimate? Estimate { get; init; }

    public static ReportCell Of(string text) => new(text);

    public static ReportCell Of(double value, NumberStyle style = NumberStyle.Plain) => new(NumberText.Value(value, style), "", IsNumber: true);

    public static ReportCell Of(Estimate estimate, NumberStyle style = NumberStyle.Percent) => new(estimate.Value(style), estimate.Range(style), IsNumber: true) { Estimate = estimate };
}

/// <summary>What was watched during the run and what it says.</summary>
internal sealed record HealthChapter(IReadOnlyList<HealthFinding> Findings, IReadOnlyList<ReportFigure> Figures);

internal enum HealthLevel
{
    Good,
    Note,
    Warning,
}

internal sealed record HealthFinding(HealthLevel Level, string Text);

/// <summary>How to make the same report again.</summary>
internal sealed record Provenance(string Command, IReadOnlyList<ulong> Seeds, IReadOnlyList<(string Name, string Value)> Facts);
