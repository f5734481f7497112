using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A new Llama-like model with random weights, or the checkpoint to go on from. Without a checkpoint the tokenizer is new as well.</summary>
internal sealed record ModelRecipe : ICheckedRecipe
{
    [Description("Model to start from instead of random weights: a checkpoint, a Hugging Face folder, a .gguf file. The shape is then the model's.")]
    public string? From { get; init; }

    [Description("Width.")]
    [InRange(8, 65536)]
    public int Hidden { get; init; } = 128;

    [Description("Blocks of attention and feed-forward.")]
    [InRange(1, 1024)]
    public int Layers { get; init; } = 4;

    [Description("Heads of attention; each has hidden / heads dimensions.")]
    [InRange(1, 1024)]
    public int Heads { get; init; } = 4;

    [Description("Heads of keys and values; as many as heads if left out.")]
    [InRange(1, 1024)]
    public int? KeyValueHeads { get; init; }

    [Description("Width of the feed-forward layers.")]
    [InRange(8, 262144)]
    public int Intermediate { get; init; } = 384;

    [Description("Longest sequence in tokens, prompt and completion together.")]
    [InRange(16, 1 << 20)]
    public int Context { get; init; } = 512;

    [Description("Tokenizer of a new model.")]
    public TokenizerRecipe Tokenizer { get; init; } = new();

    /// <summary><see cref="From"/> as it was said, before it was followed to where it leads.</summary>
    [JsonIgnore]
    public string? Given { get; init; }

    /// <summary>The keys that the recipe itself says: where the shape is a model's, they must agree with it.</summary>
    [JsonIgnore]
    public IReadOnlySet<string> Written { get; init; } = new HashSet<string>();

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (From is not null && Tokenizer.Kind != TokenizerKind.Auto) yield return ("tokenizer", "A checkpoint brings its own tokenizer: only a new model can have another.");
        if (From is not null) yield break;
        if (Hidden % Heads != 0) yield return ("hidden", $"{Hidden} is not divisible by {Heads} heads.");
        else if (Hidden / Heads % 2 != 0) yield return ("hidden", $"{Hidden} over {Heads} heads is {Hidden / Heads} dimensions a head, an odd number.");
        if (KeyValueHeads is { } shared && Heads % shared != 0) yield return ("key_value_heads", $"{Heads} heads cannot share {shared} key and value heads evenly.");
    }
}
