using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Deliberate.Core.Tests;

internal enum Method
{
    Grpo,
    DrGrpo,
    [JsonStringEnumMemberName("adamw")]
    AdamW,
}

internal sealed record SampleRecipe : ICheckedRecipe
{
    [Description("Name of the run.")]
    public required string Name { get; init; }

    public int Seed { get; init; } = 1;

    public bool Resume { get; init; }

    [Description("Learning rate.")]
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double LearningRate { get; init; } = 1e-3;

    public double? Temperature { get; init; }

    public Method Method { get; init; } = Method.DrGrpo;

    public string? Note { get; init; }

    public SampleModel Model { get; init; } = new(Width: 32);

    public SampleAdapter? Adapter { get; init; }

    [InRange(1)]
    public IReadOnlyList<int> Budgets { get; init; } = [25, 50];

    public SampleStage[] Stages { get; init; } = [];

    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>(StringComparer.Ordinal);

    public int Twice => 2 * Seed;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Seed == 13) yield return ("seed", "13 is unlucky.");
    }
}

internal sealed record SampleModel([InRange(1, 4096)] int Width, [property: InRange(0, 1, MaxExclusive = true)] float Dropout = 0.25f);

internal sealed record SampleAdapter
{
    public required int Rank { get; init; }

    public long Tokens { get; init; } = 7;
}

internal sealed record SampleStage
{
    public string Family { get; init; } = "";

    public List<List<double>> Mix { get; init; } = [];
}
