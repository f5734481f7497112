using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>What an adapter is made of.</summary>
internal enum AdapterKind
{
    /// <summary>Low-rank updates (arXiv 2106.09685).</summary>
    Lora,

    /// <summary>The same with a magnitude for each output (arXiv 2402.09353).</summary>
    Dora,
}

/// <summary>How the weights of the base are held while an adapter is trained.</summary>
internal enum BaseStorage
{
    /// <summary>As narrow as the checkpoint's values allow without rounding any.</summary>
    Auto,

    [JsonStringEnumMemberName("f32")]
    F32,

    [JsonStringEnumMemberName("bf16")]
    BF16,

    [JsonStringEnumMemberName("q8_0")]
    Q8_0,
}

/// <summary>
/// A low-rank adapter that is trained in place of the model's own weights, which stay as they are and are held once. Every stage trains
/// it; a checkpoint holds it alone, as PEFT saves one.
/// </summary>
internal sealed record AdapterRecipe : ICheckedRecipe
{
    [Description("lora, or dora: with a magnitude for each output.")]
    public AdapterKind Kind { get; init; }

    [Description("Rank of the updates.")]
    [InRange(1, 4096)]
    public int Rank { get; init; } = 16;

    [Description("The updates are scaled by alpha / rank; twice the rank if left out.")]
    [InRange(0, MinExclusive = true)]
    public double? Alpha { get; init; }

    [Description("Scale by alpha / sqrt(rank) instead (rsLoRA), which large ranks want.")]
    public bool RankStabilised { get; init; }

    [Description("Ends of the names of the modules that get updates.")]
    public IReadOnlyList<string> TargetModules { get; init; } = AdapterConfiguration.AllLinear;

    [Description("Other ranks, by a pattern that matches the end of a module's name, such as down_proj or layers.0.mlp.(gate|up)_proj.")]
    public IReadOnlyDictionary<string, int> RankPattern { get; init; } = new Dictionary<string, int>();

    [Description("Other alphas, likewise.")]
    public IReadOnlyDictionary<string, double> AlphaPattern { get; init; } = new Dictionary<string, double>();

    [Description("Ends of the names of modules that are trained whole: norm (every norm), embed_tokens, lm_head.")]
    public IReadOnlyList<string> ModulesToSave { get; init; } = [];

    [Description("How the base is held in memory: auto (without rounding), f32, bf16 or q8_0.")]
    public BaseStorage Base { get; init; }

    /// <summary>The same in the terms of the files.</summary>
    [JsonIgnore]
    public AdapterConfiguration Configuration => new()
    {
        Rank = Rank,
        Alpha = Alpha ?? 2.0 * Rank,
        RankPattern = [.. RankPattern.Select(p => KeyValuePair.Create(p.Key, (double)p.Value))],
        AlphaPattern = [.. AlphaPattern],
        IsRankStabilised = RankStabilised,
        HasMagnitudes = Kind == AdapterKind.Dora,
        TargetModules = TargetModules,
        ModulesToSave = ModulesToSave,
    };

    /// <summary>How the base's weights are held; what <see cref="BaseStorage.Auto"/> comes to has been settled.</summary>
    [JsonIgnore]
    public WeightStorage Storage => Base switch
    {
        BaseStorage.BF16 => WeightStorage.BF16,
        BaseStorage.Q8_0 => WeightStorage.Q8_0,
        _ => WeightStorage.F32,
    };

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (TargetModules.Count == 0) yield return ("target_modules", $"No module would be updated. Name some of {string.Join(", ", AdapterConfiguration.AllLinear)}.");
        foreach (var (pattern, rank) in RankPattern)
            if (rank is < 1 or > 4096) yield return ("rank_pattern", $"\"{pattern}\": a rank of {rank} is not from 1 to 4096.");
    }
}
