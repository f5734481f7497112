using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>What a new model reads and writes.</summary>
internal enum TokenizerKind
{
    /// <summary>The family's alphabet, or a trained one where there is data or there are problems of the user's.</summary>
    Auto,

    /// <summary>The family's alphabet: nothing else can be written.</summary>
    Family,

    /// <summary>Byte-pair encoding over all bytes, trained on the user's files: any text can be written.</summary>
    Bpe,
}

/// <summary>The tokenizer of a new model; a checkpoint brings its own.</summary>
internal sealed record TokenizerRecipe
{
    [Description("auto (bpe where there is data of your own, else family), family (its closed alphabet) or bpe (trained on your data, all bytes).")]
    public TokenizerKind Kind { get; init; }

    [Description("Tokens of a trained one, 256 bytes among them; fewer come out where the data has no more pairs.")]
    [InRange(260, 1 << 20)]
    public int Vocabulary { get; init; } = 1024;
}
