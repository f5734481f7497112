using Deliberate.Models;

namespace Deliberate.Evaluation;

/// <summary>How a model is asked.</summary>
public sealed record ModelOptions
{
    /// <summary>Token budget of an answer, thought included; null for what the model's maker says.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>0 takes the most likely token; null for what the model's maker says.</summary>
    public double? Temperature { get; init; }

    /// <summary>Keeps the shortest list of most likely tokens whose mass reaches this; null for what the model's maker says.</summary>
    public double? TopP { get; init; }

    /// <summary>Where an answer ends, behind the thought.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>none, minimal, low, medium, high; null for the provider's default.</summary>
    public string? ReasoningEffort { get; init; }

    /// <summary>A JSON schema that the answer must have, where the provider can hold it to one, and where a checkpoint writes it; null for free text.</summary>
    public string? JsonSchema { get; init; }

    /// <summary>What the model may ask to be called.</summary>
    public IReadOnlyList<EvaluationTool> Tools { get; init; } = [];

    /// <summary>Of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Key of the sample's random numbers: the item's, and the epoch.</summary>
    internal (long Problem, long Sample) Stream { get; init; }

    /// <summary>The sample that asks, for recordings: item, epoch, and which of its answers it is.</summary>
    internal (string Item, int Epoch, int Number) Asker { get; init; } = ("", 0, 0);
}

/// <summary>What a model said.</summary>
public sealed record ModelAnswer
{
    /// <summary>What is said outside of the thought.</summary>
    public required string Text { get; init; }

    /// <summary>The chain of thought; null where none is shown.</summary>
    public string? Reasoning { get; init; }

    /// <summary>All of it in one, the thought in its tags, as scorers read it; unfinished where the budget ended within the thought.</summary>
    public required string Completion { get; init; }

    /// <summary>The tag that the prompt ended with where it opened the thought.</summary>
    public string ThoughtOpenedBy { get; init; } = "";

    /// <summary>stop, length, content_filter or tool_calls, as OpenAI's API has them.</summary>
    public required string FinishReason { get; init; }

    /// <summary>What the model wants to be called.</summary>
    public IReadOnlyList<ToolCall> ToolCalls { get; init; } = [];

    public ModelUsage Usage { get; init; }

    /// <summary>The model as the provider names it, with its fingerprint where it gives one.</summary>
    public string ReportedModel { get; init; } = "";

    /// <summary>Whether the token budget ended it.</summary>
    public bool IsCut => FinishReason == "length";

    /// <summary>Whether the provider's filter held it back.</summary>
    public bool IsBlocked => FinishReason == "content_filter";
}

/// <summary>A tool that a model may ask for, and what it does.</summary>
/// <param name="Name">Lower case, digits and _.</param>
/// <param name="Description">For the model.</param>
/// <param name="Parameters">A JSON schema of its arguments.</param>
/// <param name="Call">Given the arguments as the model wrote them; what it says goes back to the model.</param>
public sealed record EvaluationTool(string Name, string Description, string Parameters, Func<string, CancellationToken, Task<string>> Call);

/// <summary>What answers took; they add up.</summary>
/// <param name="Calls">Requests that got an answer.</param>
/// <param name="InputTokens">Of prompts.</param>
/// <param name="CachedTokens">Of these, those that the provider had in its cache.</param>
/// <param name="OutputTokens">Of answers, thought included.</param>
/// <param name="ReasoningTokens">Of these, the thought's.</param>
/// <param name="Cost">In the currency of the configuration's prices; 0 where there are none.</param>
/// <param name="FromCache">Answers that our own cache gave.</param>
public readonly record struct ModelUsage(int Calls, long InputTokens, long CachedTokens, long OutputTokens, long ReasoningTokens, double Cost, int FromCache = 0)
{
    public static ModelUsage operator +(ModelUsage a, ModelUsage b) => new(
        a.Calls + b.Calls, a.InputTokens + b.InputTokens, a.CachedTokens + b.CachedTokens, a.OutputTokens + b.OutputTokens, a.ReasoningTokens + b.ReasoningTokens, a.Cost + b.Cost, a.FromCache + b.FromCache);
}
