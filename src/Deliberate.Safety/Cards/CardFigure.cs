using System.Text.Json.Nodes;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A number of the card, with everything that it takes to open what it rests on.</summary>
internal sealed record CardFigure
{
    public required string Section { get; init; }

    public required string Row { get; init; }

    public required string Task { get; init; }

    public required int TaskVersion { get; init; }

    public required string Metric { get; init; }

    public string Slice { get; init; } = "";

    public required ModelState State { get; init; }

    public required TestFigure Figure { get; init; }

    /// <summary>SHA-256 of the items.</summary>
    public required string Items { get; init; }

    public required string LogHash { get; init; }

    /// <summary>Where the log is, from the card.</summary>
    public required string Log { get; init; }

    public IReadOnlyList<PublishedFigure> Published { get; init; } = [];

    /// <summary>Why published figures cannot be compared with it.</summary>
    public string Differences { get; init; } = "";

    public JsonObject Json() => new()
    {
        ["section"] = Section,
        ["row"] = Row,
        ["state"] = Core.RecipeWriter.Scalar(State),
        ["task"] = Task,
        ["task_version"] = TaskVersion,
        ["metric"] = Metric,
        ["slice"] = Slice,
        ["value"] = Number(Figure.Value),
        ["low"] = Number(Figure.Low),
        ["high"] = Number(Figure.High),
        ["n"] = Figure.N,
        ["samples"] = Figure.Samples,
        ["missing"] = Figure.Missing,
        ["method"] = Figure.Method,
        ["items_sha256"] = Items,
        ["log"] = Log,
        ["log_hash"] = LogHash,
        ["published"] = new JsonArray([.. Published.Select(p => (JsonNode)new JsonObject { ["model"] = p.Model, ["value"] = p.Value, ["source"] = p.Source })]),
    };

    public static JsonNode? Number(double value) => double.IsFinite(value) ? JsonValue.Create(Math.Round(value, 6)) : null;
}

/// <summary>A place of the card that nothing was measured for: shown, with what would fill it.</summary>
internal sealed record CardGap(string Section, string Row, string Fill);

/// <summary>One of the eight things that a claim of safety has to say; empty where the card cannot say it.</summary>
internal sealed record CardClaim(string Slot, string Says)
{
    public bool IsEmpty => Says.Length == 0;
}
