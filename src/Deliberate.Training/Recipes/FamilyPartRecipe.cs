using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>One of several families that a run learns together.</summary>
internal sealed record FamilyPartRecipe : ICheckedRecipe
{
    [Description("Name of the task family.")]
    public required string Name { get; init; }

    [Description("A .dll of yours that holds the family; relative to the recipe.")]
    public string? Assembly { get; init; }

    [Description("Levels of difficulty, in equal shares.")]
    public IReadOnlyList<int> Levels { get; init; } = [3];

    [Description("Shares of the writers, which sum to 1; the family's own if left out.")]
    public CorpusMixture? Mixture { get; init; }

    [Description("How many of its problems come in each turn, in corpus, learning and evaluation.")]
    [InRange(1, 100)]
    public int Share { get; init; } = 1;

    [JsonIgnore]
    public FamilyPart Part => new(FamilyRegistry.Get(Name), Levels, Mixture ?? FamilyRegistry.Get(Name).DefaultMixture, Share);

    public IEnumerable<(string Key, string Problem)> Problems() => FamilyRecipe.ProblemsOf(Name, Levels, Mixture);
}
