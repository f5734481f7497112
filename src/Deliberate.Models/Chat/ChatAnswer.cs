namespace Deliberate.Models;

/// <summary>Why an answer ended.</summary>
public enum ChatEnd
{
    /// <summary>The model was done.</summary>
    Stop,

    /// <summary>The token budget was used up.</summary>
    Budget,

    /// <summary>The context was used up.</summary>
    ContextFull,

    /// <summary>It was asked to stop.</summary>
    Cancelled,
}

/// <summary>An answer, and what it cost.</summary>
public sealed record ChatAnswer
{
    /// <summary>The answer, without its chain of thought.</summary>
    public required string Text { get; init; }

    /// <summary>The chain of thought; null where there is none.</summary>
    public required string? Thinking { get; init; }

    /// <summary>Why it ended.</summary>
    public required ChatEnd End { get; init; }

    /// <summary>Of the conversation up to the answer.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Of the prompt, that were in the cache.</summary>
    public required int ReusedTokens { get; init; }

    /// <summary>Drawn, thinking and stop token included.</summary>
    public required int Tokens { get; init; }

    /// <summary>Of these, the chain of thought.</summary>
    public required int ThinkingTokens { get; init; }

    /// <summary>From the question to the first token.</summary>
    public required TimeSpan FirstToken { get; init; }

    /// <summary>From the question to the end.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>Tokens a second after the first; null where there are none.</summary>
    public double? Rate => Tokens > 1 && Elapsed > FirstToken ? (Tokens - 1) / (Elapsed - FirstToken).TotalSeconds : null;
}
