using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>How <see cref="TextModel"/> continues a text.</summary>
public sealed record GenerateOptions
{
    /// <summary>Most tokens to draw. Default 256.</summary>
    public int MaxTokens { get; init; } = 256;

    /// <summary>How tokens are drawn; null for what the model's makers suggest (<see cref="TextModel.SuggestedSampling"/>).</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Another seed gives another sample. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Strings that end the text, as if the model were done; they are not shown, and not looked for in a thought. Default none.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Most tokens of thought: there it is closed as the chat format closes it, and the answer follows. Null for no such limit.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>What the text must look like; behind a thought, where the model thinks. Null for anything.</summary>
    public OutputGrammar? Grammar { get; init; }

    /// <summary>What the model is used with (<see cref="TextModel.LoadAdapter"/>); null for the model as it was opened.</summary>
    public ModelAdapter? Adapter { get; init; }
}

/// <summary>What a model made of a prompt.</summary>
/// <param name="Text">Without the token or string that ended it; other special tokens as they are spelled.</param>
/// <param name="Tokens">Ids, the stop token included.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Usage">What it took.</param>
public sealed record TextCompletion(string Text, IReadOnlyList<int> Tokens, FinishReason FinishReason, TokenUsage Usage);

/// <summary>How likely a token was.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Text">What it spells; U+FFFD where it is a part of a character.</param>
/// <param name="LogProbability">Natural logarithm, nats; null for a first token with nothing before it.</param>
public readonly record struct TokenScore(int Token, string Text, double? LogProbability);
