namespace Deliberate.Reports;

/// <summary>
/// Everything a page says, as plain data: <see cref="ReportPage"/> lays it out and knows nothing of where it comes from. All texts
/// are plain text that may come from a model; `code` in backticks is set as code in prose and captions.
/// </summary>
internal sealed record ReportModel
{
    public required string Title { get; init; }

    public string Subtitle { get; init; } = "";

    /// <summary>When, how and on what it was made, in a few short pieces: "21 November 2026", "6 min 40 s on 2 cores".</summary>
    public IReadOnlyList<string> Made { get; init; } = [];

    /// <summary>The finding, in a paragraph or two.</summary>
    public IReadOnlyList<string> Lead { get; init; } = [];

    /// <summary>What the page lacks yet, a line each, what is being worked on first; none of a page that is whole.</summary>
    public IReadOnlyList<string> ToCome { get; init; } = [];

    public IReadOnlyList<KeyNumber> KeyNumbers { get; init; } = [];

    /// <summary>What the reader may conclude.</summary>
    public IReadOnlyList<string> Shows { get; init; } = [];

    /// <summary>What the reader may not conclude.</summary>
    public IReadOnlyList<string> DoesNotShow { get; init; } = [];

    /// <summary>In their order; each room brings its own.</summary>
    public IReadOnlyList<ReportChapter> Chapters { get; init; } = [];

    public required Provenance Provenance { get; init; }
}

/// <summary>How to make the same page again.</summary>
internal sealed record Provenance(string Command, IReadOnlyList<ulong> Seeds, IReadOnlyList<(string Name, string Value)> Facts);
