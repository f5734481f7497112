namespace Deliberate.Models;

/// <summary>How a conversation is held.</summary>
internal sealed record ChatOptions
{
    /// <summary>Longest conversation in tokens; at most what the model was made for.</summary>
    public required int Context { get; init; }

    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Budget of an answer; null where only the context limits it.</summary>
    public int? MaxTokens { get; init; }

    public ulong Seed { get; init; } = 1;
}
