namespace Deliberate.Reports;

/// <summary>A chapter: prose, then findings, key numbers, figures, tables and transcripts, each where there are any.</summary>
internal sealed record ReportChapter(string Title)
{
    /// <summary>What a link to it names; its number where this is empty.</summary>
    public string Id { get; init; } = "";

    public IReadOnlyList<string> Prose { get; init; } = [];

    public IReadOnlyList<ReportFinding> Findings { get; init; } = [];

    public IReadOnlyList<KeyNumber> KeyNumbers { get; init; } = [];

    public IReadOnlyList<ReportFigure> Figures { get; init; } = [];

    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>Said before the transcripts: how they were chosen.</summary>
    public string TranscriptsNote { get; init; } = "";

    public IReadOnlyList<TranscriptPair> Transcripts { get; init; } = [];
}
