using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// One decoder-only transformer, described by its points of variation rather than by its vendor: whatever the checkpoint's
/// spelling, equal models are equal records. Read by <see cref="Load"/>; every field has been checked there.
/// Shapes: embedding [VocabularySize, HiddenSize]; queries [HeadCount · HeadSize], keys and values [KeyValueHeadCount · HeadSize].
/// </summary>
internal sealed record ModelConfiguration
{
    /// <summary>The name under which <see cref="Models.Architecture.All"/> lists it, such as llama.</summary>
    public required string Architecture { get; init; }

    public required int VocabularySize { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int LayerCount { get; init; }

    public required int HeadCount { get; init; }

    public required int KeyValueHeadCount { get; init; }

    /// <summary>Dimensions of a head; need not be HiddenSize / HeadCount.</summary>
    public required int HeadSize { get; init; }

    public double NormEpsilon { get; init; } = 1e-6;

    public RopeSettings Rope { get; init; } = new();

    /// <summary>Longest sequence the model is meant for.</summary>
    public int MaxPositions { get; init; } = 2048;

    /// <summary>The output matrix is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool AttentionOutputBias { get; init; }

    public bool MlpBias { get; init; }

    /// <summary>RMSNorm of queries and keys before rotation.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>That norm is of all heads at once, with weights [HeadCount · HeadSize] and [KeyValueHeadCount · HeadSize], and not of each head, with weights [HeadSize].</summary>
    public bool QueryKeyNormOfAllHeads { get; init; }

    public NormPlacement Norms { get; init; }

    public ActivationKind Activation { get; init; } = ActivationKind.Silu;

    /// <summary>Keys that a query of a sliding layer sees, itself included; null if no layer slides.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The layers that slide, from 0, ascending.</summary>
    public ValueList<int> SlidingLayers { get; init; } = [];

    /// <summary>The rotation of the layers that slide, where it is another than <see cref="Rope"/>.</summary>
    public RopeSettings? SlidingRope { get; init; }

    /// <summary>The layers without rotation, from 0, ascending (NoPE, arXiv 2305.19466).</summary>
    public ValueList<int> UnrotatedLayers { get; init; } = [];

    /// <summary>Scores become cap · tanh(score / cap); null for none.</summary>
    public double? AttentionSoftCap { get; init; }

    /// <summary>Logits become cap · tanh(logit / cap); null for none.</summary>
    public double? LogitSoftCap { get; init; }

    /// <summary>Multiplies the embeddings.</summary>
    public double EmbeddingScale { get; init; } = 1;

    /// <summary>Multiplies the scores; null for HeadSize^-1/2.</summary>
    public double? AttentionScale { get; init; }

    /// <summary>Norm weights are stored as w and used as 1 + w.</summary>
    public bool NormWeightsFromOne { get; init; }

    public int? BosTokenId { get; init; }

    public ValueList<int> EosTokenIds { get; init; } = [];

    public int? PadTokenId { get; init; }

    /// <summary>The head in place of the language model's; null for a language model.</summary>
    public OutputHead? OutputHead { get; init; }

    /// <summary>Dimensions of a head that are rotated; even.</summary>
    public int RotaryDimensions => (int)((HeadSize * Rope.PartialFactor) + 1e-9);

    /// <summary>The rotation of a layer; null for none.</summary>
    public RopeSettings? RopeOf(int layer) =>
        UnrotatedLayers.AsSpan().Contains(layer) ? null : SlidingRope is { } sliding && Slides(layer) ? sliding : Rope;

    /// <summary>Whether a layer's attention is limited to the window.</summary>
    public bool Slides(int layer) => SlidingLayers.AsSpan().Contains(layer);

    /// <summary>Reads config.json of a Hugging Face folder (either spelling), or the metadata of a GGUF file.</summary>
    public static ModelConfiguration Load(string path)
    {
        var ignored = new List<IgnoredValue>();
        var configuration = Read(path, ignored);
        return ignored.Find(value => value.IsWrongEnd) is { } wrong ? throw wrong.EndRefusal() : configuration;
    }

    private static ModelConfiguration Read(string path, List<IgnoredValue> ignored)
    {
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase) && File.Exists(path))
        {
            using var file = GgufParts.Open(path);
            return GgufConfiguration.Read(file, ignored);
        }

        if (!Directory.Exists(path)) throw new UserError("there is no such model folder.", path);
        var config = ModelFolder.Find(path, "config.json")
            ?? throw new UserError("has no config.json.", path, advice: "A model folder holds config.json, model.safetensors and tokenizer.json.");
        return HuggingFaceConfiguration.Read(config, ignored);
    }

    /// <summary>Writes config.json as transformers 4 and 5, vLLM and llama.cpp's converter read it.</summary>
    /// <param name="folder">An existing folder.</param>
    /// <param name="weights">The type the weights are stored in: F32, F16 or BF16.</param>
    public void Save(string folder, StoredType weights = StoredType.F32) =>
        File.WriteAllBytes(Path.Combine(folder, "config.json"), HuggingFaceConfiguration.Write(this, weights));
}
