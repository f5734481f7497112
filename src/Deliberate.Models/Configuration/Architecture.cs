using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A family of models: what its configuration means in terms of <see cref="ModelConfiguration"/>. One file each in
/// Architectures, listed here; to add one, copy the nearest and change it.
/// </summary>
internal abstract class Architecture
{
    /// <summary>All that are supported.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [new LlamaArchitecture(), new Qwen2Architecture(), new Qwen3Architecture()];

    /// <summary><c>model_type</c> of config.json and <c>general.architecture</c> of GGUF.</summary>
    public abstract string Name { get; }

    /// <summary>The class under <c>architectures</c> in config.json.</summary>
    public abstract string ClassName { get; }

    /// <summary>Models that a user may know it by.</summary>
    public abstract string Examples { get; }

    /// <summary>Whether llama.cpp's converter reorders the rows of q and k, for its interleaved rotation.</summary>
    public virtual bool PermutedInGguf => false;

    /// <summary>Completes what <see cref="HuggingFaceConfiguration"/> read of the fields that all families share.</summary>
    public abstract ModelConfiguration Complete(ModelConfiguration shared, JsonField fields);

    /// <summary>Whether a configuration can be written under this name without losing a part of it.</summary>
    public abstract bool CanExpress(ModelConfiguration configuration);

    /// <summary>Writes the fields of config.json that only this family has.</summary>
    public abstract void WriteOwn(Utf8JsonWriter json, ModelConfiguration configuration);

    public static Architecture Named(string name) => All.First(a => a.Name == name);

    /// <summary>Finds the family by class name or by <c>model_type</c>; another is refused with the list of these.</summary>
    public static Architecture Find(string? className, string? modelType, string file, string field)
    {
        foreach (var architecture in All)
        {
            if (className is not null ? architecture.ClassName == className : architecture.Name == modelType) return architecture;
        }

        var name = className ?? modelType;
        throw new UserError(
            name is null ? "the architecture is not named." : $"the architecture {Excerpt.Of(name, 80)} is not supported.",
            file,
            field: field,
            advice: $"Supported: {string.Join("; ", All.Select(a => $"{a.ClassName} ({a.Examples})"))}.");
    }
}
