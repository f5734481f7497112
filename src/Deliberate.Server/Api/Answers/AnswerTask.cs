using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>Whether the model may, must or must not call.</summary>
internal enum ToolUse
{
    Auto,
    None,
    Required,
}

/// <summary>What a request asks for, whichever way it came: a conversation and how it is to be answered.</summary>
internal sealed record AnswerTask
{
    public required IServedModel Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    public IReadOnlyList<ToolDescription> Tools { get; init; } = [];

    public ToolUse Use { get; init; }

    /// <summary>The function that must be called; null for any.</summary>
    public string? ForcedTool { get; init; }

    public bool ParallelCalls { get; init; } = true;

    public GenerationOverrides Sampling { get; init; } = new();

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Null for one drawn by chance.</summary>
    public ulong? Seed { get; init; }

    /// <summary>One of <see cref="ReasoningEfforts.Names"/>.</summary>
    public required string Effort { get; init; }

    /// <summary>Whether log-probabilities of the answer's tokens are told, and with how many alternatives; null for none.</summary>
    public int? LogProbabilities { get; init; }

    /// <summary>The field that a request for too many tokens is told of.</summary>
    public string MaxTokensField { get; init; } = "max_completion_tokens";

    /// <summary>The field that holds the conversation.</summary>
    public string MessagesField { get; init; } = "messages";

    /// <summary>Those of the tools that the server carries out itself; null for none.</summary>
    public ServerTools? OwnTools { get; init; }

    /// <summary>With the operator's tools beside the client's.</summary>
    /// <exception cref="ApiError">Two have one name.</exception>
    public AnswerTask With(ServerTools? tools)
    {
        if (tools is null || Use == ToolUse.None || (ForcedTool is not null && !tools.Has(ForcedTool))) return this;
        if (Tools.FirstOrDefault(t => tools.Has(t.Name)) is { } both) throw ApiError.Invalid($"This server has a tool '{both.Name}' of its own: call yours otherwise.", "tools");
        return this with { Tools = [.. Tools, .. tools.Descriptions], OwnTools = tools };
    }

    /// <summary>Tools that may or must be called: those that are offered, unless none is to be.</summary>
    public IReadOnlyList<ToolDescription> Callable => Use == ToolUse.None ? [] : Tools;

    /// <summary>Whether a call that the model may make, and need not, is held to the schema of its tool.</summary>
    public bool HoldsCalls => Use == ToolUse.Auto && Grammar is null && Tools.Any(t => t.Strict);

    /// <summary>What the answer must look like, where it is no call; null for anything.</summary>
    public OutputGrammar? Grammar { get; init; }

    /// <summary>A text to be continued instead of a conversation; null for a conversation.</summary>
    public string? Continued { get; init; }
}
