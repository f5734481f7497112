namespace Deliberate.Models;

/// <summary>How <see cref="TextModel.Generate"/> continues a text.</summary>
public sealed record GenerateOptions
{
    /// <summary>Most tokens to draw. Default 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How tokens are drawn; null for what the model's makers suggest (<see cref="TextModel.SuggestedSampling"/>).</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Another seed gives another sample. Default 1.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>What a model made of a prompt.</summary>
/// <param name="Text">Without the token that ended it; other special tokens as they are spelled.</param>
/// <param name="Tokens">Ids, the stop token included.</param>
/// <param name="FinishReason">Null where it was cancelled.</param>
public sealed record TextCompletion(string Text, IReadOnlyList<int> Tokens, FinishReason? FinishReason);

/// <summary>How likely a token was.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Text">What it spells; U+FFFD where it is a part of a character.</param>
/// <param name="LogProbability">Natural logarithm, nats; null for a first token with nothing before it.</param>
public readonly record struct TokenScore(int Token, string Text, double? LogProbability);
