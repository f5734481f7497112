using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>What an answer brings, in order; the last is its <see cref="AnswerEnd"/>.</summary>
internal abstract record AnswerEvent;

/// <summary>Text of the answer.</summary>
/// <param name="Tokens">With their log-probabilities, where these were asked for.</param>
internal sealed record TextPiece(string Text, IReadOnlyList<TokenLogProbability> Tokens) : AnswerEvent;

/// <summary>A part of the thought; shown to nobody unless the operator allows it.</summary>
internal sealed record ThoughtPiece(string Text) : AnswerEvent;

internal sealed record CallBegun(int Index, string Id, string Name) : AnswerEvent;

internal sealed record CallArguments(int Index, string Delta) : AnswerEvent;

internal sealed record CallEnded(int Index, string Name, string Arguments) : AnswerEvent;

/// <summary>A call that the server carried out itself.</summary>
/// <param name="Label">Of the tool's source.</param>
internal sealed record ServerCalled(string Label, string Name, string Arguments, ServerCallResult Result) : AnswerEvent;

/// <summary>It is over.</summary>
/// <param name="Thinking">The whole thought; null where there was none.</param>
/// <param name="IsCut">Whether the token budget ended it.</param>
internal sealed record AnswerEnd(string? Thinking, bool IsCut, int Calls, TokenUsage Usage) : AnswerEvent
{
    /// <summary>What moderation said; null where there is none.</summary>
    public ModerationOutcome? Moderation { get; init; }

    /// <summary>Why prompt or answer were withheld, in words for whoever asked; null where nothing was.</summary>
    public string? Withheld { get; init; }
}

/// <summary>A token of an answer.</summary>
/// <param name="Value">Nats, under the model's own distribution.</param>
/// <param name="Alternatives">The most likely tokens in its place.</param>
internal sealed record TokenLogProbability(int Token, double Value, IReadOnlyList<GeneratedToken> Alternatives);
