using System.Text.Json;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A family of models: what its configuration means in terms of <see cref="ModelConfiguration"/>. One file each in
/// Architectures, listed here; to add one, copy the nearest and change it.
/// </summary>
internal abstract class Architecture
{
    /// <summary>All that are supported.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        new LlamaArchitecture(), new MistralArchitecture(), new SmolLm3Architecture(), new Qwen2Architecture(), new Qwen3Architecture(), new Gemma2Architecture(), new Gemma3Architecture(),
        new Olmo2Architecture(),
    ];

    /// <summary><c>model_type</c> of config.json.</summary>
    public abstract string Name { get; }

    /// <summary><c>general.architecture</c> of GGUF.</summary>
    public virtual string GgufName => Name;

    /// <summary>The class under <c>architectures</c> in config.json.</summary>
    public abstract string ClassName { get; }

    /// <summary>Models that a user may know it by.</summary>
    public abstract string Examples { get; }

    /// <summary>Whether llama.cpp's converter reorders the rows of q and k, for its interleaved rotation.</summary>
    public virtual bool PermutedInGguf => false;

    /// <summary>Whether it stores norm weights as w and uses 1 + w, where llama.cpp's converter adds the 1.</summary>
    public virtual bool NormsFromOne => false;

    /// <summary>The field of config.json that names the activation.</summary>
    public virtual string ActivationField => "hidden_act";

    /// <summary>The activation where no field names one.</summary>
    public virtual ActivationKind DefaultActivation => ActivationKind.Silu;

    /// <summary>Completes what <see cref="HuggingFaceConfiguration"/> read of the fields that all families share.</summary>
    public abstract ModelConfiguration Complete(ModelConfiguration shared, JsonField fields);

    /// <summary>Completes what <see cref="GgufConfiguration"/> read of the keys that all families share.</summary>
    /// <param name="own">The prefix of the family's keys, with the point.</param>
    public virtual ModelConfiguration CompleteGguf(ModelConfiguration shared, GgufMetadata metadata, string own) => shared;

    /// <summary>Whether a configuration can be written under this name without losing a part of it.</summary>
    public abstract bool CanExpress(ModelConfiguration configuration);

    /// <summary>Writes the fields of config.json that only this family has.</summary>
    public abstract void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration);

    /// <summary>Whether a configuration is a Llama-like one but for biases, norms of q and k, and windows.</summary>
    protected static bool IsPlain(ModelConfiguration c) => c is
    {
        Norms: NormPlacement.Before, QueryKeyNormOfAllHeads: false, UnrotatedLayers.Count: 0, SlidingRope: null, AttentionSoftCap: null, LogitSoftCap: null, EmbeddingScale: 1, AttentionScale: null, NormWeightsFromOne: false,
    };

    public static Architecture Named(string name) => All.First(a => a.Name == name);

    /// <summary>Finds the family by class name or by <c>model_type</c>; another is refused with the list of these.</summary>
    public static Architecture Find(string? className, string? modelType, string file, string field) =>
        All.FirstOrDefault(a => className is not null ? a.ClassName == className : a.Name == modelType) ?? throw Unknown(className ?? modelType, file, field);

    /// <summary>Finds the family by the name that GGUF has for it.</summary>
    public static Architecture FindGguf(string? name, string file, string field) => All.FirstOrDefault(a => a.GgufName == name) ?? throw Unknown(name, file, field);

    private static UserError Unknown(string? name, string file, string field) =>
        new(
            name is null ? "the architecture is not named." : $"the architecture {Excerpt.Of(name, 80)} is not supported.",
            file,
            field: field,
            advice: $"Supported: {string.Join("; ", All.Select(a => $"{a.ClassName} ({a.Examples})"))}.");
}
