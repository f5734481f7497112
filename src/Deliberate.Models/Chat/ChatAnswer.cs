namespace Deliberate.Models;

/// <summary>Why an answer ended.</summary>
internal enum ChatEnd
{
    /// <summary>The model was done.</summary>
    Stop,

    /// <summary>The token budget was used up.</summary>
    Budget,

    /// <summary>The context was used up.</summary>
    ContextFull,

    Cancelled,
}

/// <summary>An answer, and what it cost.</summary>
internal sealed record ChatAnswer
{
    public required string Text { get; init; }

    /// <summary>Null where there is none.</summary>
    public required string? Thinking { get; init; }

    public required ChatEnd End { get; init; }

    public required int PromptTokens { get; init; }

    /// <summary>Of the prompt, that were in the cache.</summary>
    public required int ReusedTokens { get; init; }

    /// <summary>Drawn, thinking and stop token included.</summary>
    public required int Tokens { get; init; }

    public required int ThinkingTokens { get; init; }

    /// <summary>From the question to the first token.</summary>
    public required TimeSpan FirstToken { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Tokens a second after the first; null where there are none.</summary>
    public double? Rate => Tokens > 1 && Elapsed > FirstToken ? (Tokens - 1) / (Elapsed - FirstToken).TotalSeconds : null;
}
