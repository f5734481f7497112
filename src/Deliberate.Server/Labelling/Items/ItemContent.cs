using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Server;

/// <summary>A candidate for a step of phase 1, and what could come after it.</summary>
/// <param name="Text">Of the step.</param>
/// <param name="Next">The alternatives of the next step behind this one; none where nobody prepared any.</param>
internal sealed record StepNode(string Text, IReadOnlyList<StepNode> Next);

/// <summary>What is shown of an item. Which of the fields are filled is a matter of the project's kind.</summary>
internal sealed record ItemContent
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    /// <summary>What was asked; of a pair, the prompt.</summary>
    public required string Problem { get; init; }

    public string? ReferenceAnswer { get; init; }

    public string? ReferenceSolution { get; init; }

    /// <summary>Phase 2: the solution.</summary>
    public IReadOnlyList<string> Steps { get; init; } = [];

    /// <summary>Phase 2: other candidates by step, which are rated where the step is the first mistake.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> Alternatives { get; init; } = new Dictionary<int, IReadOnlyList<string>>();

    /// <summary>Phase 2: what could be wrong with a step, in a model's words.</summary>
    public IReadOnlyDictionary<int, IReadOnlyList<string>> Explanations { get; init; } = new Dictionary<int, IReadOnlyList<string>>();

    public string? FinalAnswer { get; init; }

    public double? VerifierScore { get; init; }

    /// <summary>Phase 1: the alternatives of the first step.</summary>
    public IReadOnlyList<StepNode> Tree { get; init; } = [];

    /// <summary>Phase 1: what a model wrote while somebody labelled, by its number, with the path that it stands behind. No part of what was imported.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public IReadOnlyDictionary<long, (string Path, IReadOnlyList<string> Texts)> Sampled { get; init; } = new Dictionary<long, (string, IReadOnlyList<string>)>();

    /// <summary>A pair: the two answers. To be rated: the one.</summary>
    public IReadOnlyList<string> Responses { get; init; } = [];

    /// <summary>To be rated: who wrote the answer, as the file says. Never shown to whoever rates.</summary>
    public string? Author { get; init; }

    /// <summary>To be rated: what answers belong together by, as those to one opinion.</summary>
    public string? Group { get; init; }

    /// <summary>What the file called it, for exports that name it.</summary>
    public string? Source { get; init; }

    /// <summary>Of a labelled solution what was there before the label.</summary>
    public static ItemContent Of(LabelledSolution labelled, LabellingKind kind)
    {
        var question = labelled.Question;
        var content = new ItemContent { Problem = question.Problem, ReferenceAnswer = question.GroundTruthAnswer, ReferenceSolution = question.GroundTruthSolution, FinalAnswer = question.PreGeneratedAnswer, VerifierScore = question.PreGeneratedVerifierScore };
        if (kind == LabellingKind.Phase1) return content with { Tree = question.PreGeneratedSteps is { } generated ? Chain(generated) : TreeOf(labelled.Steps, 0) };
        return content with
        {
            Steps = question.PreGeneratedSteps ?? [.. labelled.Path.Select(p => p.Text)],
            Alternatives = labelled.Steps.Select((step, i) => (Index: i, Others: (IReadOnlyList<string>)[.. step.Completions.Skip(1).Select(c => c.Text)])).Where(s => s.Others.Count > 0 && question.PreGeneratedSteps is not null).ToDictionary(s => s.Index, s => s.Others),
        };
    }

    public static ItemContent Read(string json) => JsonSerializer.Deserialize<ItemContent>(json, Options) ?? throw new JsonException("No item.");

    public string ToJson() => JsonSerializer.Serialize(this, Options);

    /// <summary>The same for the same content, whatever file it came from.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this with { Source = null, VerifierScore = null }, Options)));

    private static StepNode[] Chain(IReadOnlyList<string> steps) => steps.Count == 0 ? [] : [new StepNode(steps[0], Chain([.. steps.Skip(1)]))];

    /// <summary>The alternatives of a step; what came after the one that was chosen stands behind it.</summary>
    private static StepNode[] TreeOf(IReadOnlyList<LabelledStep> steps, int at) =>
        at >= steps.Count ? [] : [.. steps[at].Completions.Select((c, i) => new StepNode(c.Text, i == steps[at].Chosen ? TreeOf(steps, at + 1) : []))];
}
