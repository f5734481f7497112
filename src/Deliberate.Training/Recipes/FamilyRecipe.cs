using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The task family of a run, its levels, and the mixture of writers that its corpus comes from.</summary>
internal sealed record FamilyRecipe : ICheckedRecipe
{
    [Description("Name of the task family.")]
    [FamilyName]
    public string Name { get; init; } = "arithmetic";

    [Description("Levels of difficulty to train on, in equal shares.")]
    public IReadOnlyList<int> Levels { get; init; } = [3];

    [Description("Level of the held-out problems; the last of the levels if left out.")]
    public int? EvaluationLevel { get; init; }

    [Description("False trains the control: the same problems, answered without a thought.")]
    public bool ChainOfThought { get; init; } = true;

    [Description("Shares of the writers, which sum to 1; the family's own if left out.")]
    public CorpusMixture? Mixture { get; init; }

    [JsonIgnore]
    public ITaskFamily Instance => FamilyRegistry.Get(Name);

    [JsonIgnore]
    public LevelMix Mix => LevelMix.Of(Levels);

    [JsonIgnore]
    public int TestLevel => EvaluationLevel ?? Levels[^1];

    [JsonIgnore]
    public CorpusMixture Writers => Mixture ?? Instance.DefaultMixture;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        var family = FamilyRegistry.All.FirstOrDefault(f => f.Name == Name);
        if (family is null)
        {
            yield return ("name", $"There is no task family \"{Name}\". {NearestName.Suggest(Name, [.. FamilyRegistry.All.Select(f => f.Name)])}");
            yield break;
        }

        if (Levels.Count == 0) yield return ("levels", "No level is named.");
        foreach (var level in Levels)
            if (Unknown(family, level) is { } problem) yield return ("levels", problem);
        if (EvaluationLevel is { } tested && Unknown(family, tested) is { } wrong) yield return ("evaluation_level", wrong);
        if (Mixture is null) yield break;
        string? mistake = null;
        try
        {
            Mixture.Validated();
        }
        catch (UserError error)
        {
            mistake = error.Problem;
        }

        if (mistake is not null) yield return ("mixture", mistake);
    }

    private static string? Unknown(ITaskFamily family, int level) => family.Levels.Any(l => l.Number == level)
        ? null
        : $"{family.Name} has no level {level}. It has {string.Join(", ", family.Levels.Select(l => l.Number))}.";
}
