using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>How a conversation is held.</summary>
public sealed record ChatOptions
{
    /// <summary>Longest conversation in tokens; at most what the model was made for.</summary>
    public required int Context { get; init; }

    /// <summary>How tokens are drawn. Default: the model's own distribution; <see cref="TextModel.SuggestedSampling"/> is what its makers would have.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Budget of an answer; null where only the context limits it.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Strings that end an answer, as if the model were done; they are not shown, and not looked for in a thought. Default none.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>How keys and values are held. Default F32, which is exact.</summary>
    public CacheStorage Cache { get; init; } = CacheStorage.F32;

    /// <summary>Another seed gives other answers. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What each answer must look like; a thought before it is free. Null for anything.</summary>
    public OutputGrammar? Grammar { get; init; }

    /// <summary>Guesses tokens, so that answers come faster. Null, the default, for none.</summary>
    public Speculation? Speculation { get; init; }

    /// <summary>What the model is used with (<see cref="TextModel.LoadAdapter"/>); null for the model as it was opened.</summary>
    public ModelAdapter? Adapter { get; init; }
}
