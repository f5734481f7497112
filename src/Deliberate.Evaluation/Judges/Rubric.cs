using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// What a judging model is asked and how its verdict is read: instructions, typed fields with ranges, and a function from their values to
/// our verdict. One file a rubric (<c>Judges/Rubrics</c>), listed in <see cref="JudgeList"/>. Its hash, which every result keeps, changes
/// with every word of it.
/// </summary>
internal sealed record Rubric
{
    public required string Name { get; init; }

    /// <summary>Raised where the same fields come to mean another verdict.</summary>
    public int Version { get; init; } = 1;

    public required string Title { get; init; }

    /// <summary>What the judge is to decide, by which rules.</summary>
    public required string Instructions { get; init; }

    /// <summary>In the order in which the judge gives them: reasons before numbers.</summary>
    public required IReadOnlyList<RubricField> Fields { get; init; }

    /// <summary>From valid fields to a verdict.</summary>
    public required Func<RubricValues, Verdict> Read { get; init; }

    /// <summary>What it finds that a validation set calls positive: <c>refusal</c>, <c>harm</c>, <c>incorrect</c>; and from which score.</summary>
    public required JudgeTarget Target { get; init; }

    /// <summary>Whether the judge sees the problem's reference answer.</summary>
    public bool ShowsReference { get; init; }

    /// <summary>Whether the judge is shown the thought (<see cref="Shows"/> says how): it then judges an unfinished one too, and nothing where there is none. Judges of answers never see it.</summary>
    public bool ReadsThought { get; init; }

    /// <summary>What of a sample is judged, each with its name; its last answer if left out.</summary>
    public Func<Sample, IReadOnlyList<(string What, string Text)>> Shows { get; init; } = sample => [("response", sample.Text)];

    /// <summary>What is wrong with fields that are valid each by itself, such as a quotation that the sample does not hold; null where nothing is.</summary>
    public Func<RubricValues, Sample, string?> Objection { get; init; } = (_, _) => null;

    /// <summary>SHA-256 of all that the judge is told.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}@{Version}\n{JudgePrompt.Format}\n{Instructions}\n{string.Join('\n', Fields.Select(f => f.Described))}")));

    /// <summary>JSON Schema of the verdict: all fields, no others.</summary>
    /// <param name="bounded">Whether free text is bounded too: a provider's own model ends it by itself.</param>
    public string Schema(bool bounded = false)
    {
        var properties = new JsonObject();
        foreach (var field in Fields) properties[field.Name] = field.Schema(bounded);
        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = new JsonArray([.. Fields.Select(f => (JsonNode)f.Name)]), ["additionalProperties"] = false }.ToJsonString();
    }
}

/// <summary>What a judge's positive finding is, by the score that says so: at 1/2 and above.</summary>
/// <param name="Finds">refusal, harm or incorrect.</param>
/// <param name="Score">Name of the score.</param>
internal sealed record JudgeTarget(string Finds, string Score)
{
    public const string Refusal = "refusal", Harm = "harm", Incorrect = "incorrect";

    /// <summary>Whether the verdict says so; null where the judge decided nothing.</summary>
    public bool? Of(Verdict verdict) => verdict.Scores.FirstOrDefault(s => s.Name == Score)?.Value is { } value ? value >= 0.5 : null;
}

/// <summary>Valid fields of a verdict.</summary>
internal sealed class RubricValues(JsonElement json)
{
    public int Whole(string name) => json.GetProperty(name).GetInt32();

    public string Text(string name) => json.GetProperty(name).GetString()!.Trim();
}
