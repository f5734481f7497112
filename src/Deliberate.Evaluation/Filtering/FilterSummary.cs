using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Evaluation;

/// <summary>
/// <c>OUTPUT.filter.json</c>: what a filter was asked for, what it was held against, how good its judgements are, and how many lines it
/// dropped for what. A run that trains on the output takes its counts into its facts (<see cref="FilterFacts"/>).
/// </summary>
internal sealed record FilterSummary
{
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    public int FormatVersion { get; init; } = FilterFacts.NewestFormat;

    public required string Input { get; init; }

    public required string InputSha256 { get; init; }

    public required string OutputSha256 { get; init; }

    public required FilterOptions Options { get; init; }

    public required long Lines { get; init; }

    public required long Kept { get; init; }

    /// <summary>By reason, in the order of the checks.</summary>
    public required IReadOnlyDictionary<string, long> Dropped { get; init; }

    /// <summary>Lines that hold a kind of personal data.</summary>
    public required IReadOnlyDictionary<string, long> PersonalData { get; init; }

    /// <summary>Lines that share words with a task.</summary>
    public required IReadOnlyDictionary<string, long> Contamination { get; init; }

    /// <summary>What was looked for, in words.</summary>
    public required IReadOnlyList<string> Checks { get; init; }

    /// <summary>What was not looked for though it was asked for, and why.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>Precision and recall of each kind's pattern; empty where they were not used.</summary>
    public required IReadOnlyList<PersonalDataFigure> PersonalDataFigures { get; init; }

    /// <summary>Share of harmful prompts found and of harmless ones let through, of all and of XSTest's; empty where nothing was judged.</summary>
    public required IReadOnlyList<NamedEstimate> HarmfulFigures { get; init; }

    public void Write(string path) => AtomicFile.WriteJson(path, this, Json);
}
