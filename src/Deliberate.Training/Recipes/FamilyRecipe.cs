using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The task family of a run, its levels, and the mixture of writers that its corpus comes from; or several families at once.</summary>
internal sealed record FamilyRecipe : ICheckedRecipe
{
    private static readonly int[] UsualLevels = [3];

    [Description("Name of the task family; where there are parts, what they are called together.")]
    [FamilyName]
    public string Name { get; init; } = "arithmetic";

    [Description("A .dll of yours that holds the family: a public class that implements ITaskFamily, of that name; relative to the recipe.")]
    public string? Assembly { get; init; }

    [Description("Several families in place of one, which take turns.")]
    public IReadOnlyList<FamilyPartRecipe> Parts { get; init; } = [];

    [Description("Levels of difficulty to train on, in equal shares.")]
    public IReadOnlyList<int> Levels { get; init; } = UsualLevels;

    [Description("Level of the held-out problems; the last of the levels if left out.")]
    public int? EvaluationLevel { get; init; }

    [Description("False trains the control: the same problems, answered without a thought.")]
    public bool ChainOfThought { get; init; } = true;

    [Description("Shares of the writers, which sum to 1; the family's own if left out.")]
    public CorpusMixture? Mixture { get; init; }

    [JsonIgnore]
    public bool IsMixed => Parts.Count > 0;

    [JsonIgnore]
    public ITaskFamily Instance => IsMixed ? new MixedFamily(Name, [.. Parts.Select(p => p.Part)]) : FamilyRegistry.Get(Name);

    /// <summary>Whether any of its problems is played in several turns.</summary>
    [JsonIgnore]
    public bool IsPlayed => IsMixed ? Parts.Any(p => FamilyRegistry.Find(p.Name) is IEnvironment) : FamilyRegistry.Find(Name) is IEnvironment;

    /// <summary>The levels that <see cref="Instance"/> trains on.</summary>
    [JsonIgnore]
    public IReadOnlyList<int> TrainingLevels => IsMixed ? [MixedFamily.Level] : Levels;

    [JsonIgnore]
    public LevelMix Mix => LevelMix.Of(TrainingLevels);

    [JsonIgnore]
    public int TestLevel => IsMixed ? MixedFamily.Level : EvaluationLevel ?? Levels[^1];

    /// <summary>Of a run of one family; of several each has its own.</summary>
    [JsonIgnore]
    public CorpusMixture Writers => Mixture ?? Instance.DefaultMixture;

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (IsMixed) return MixedProblems();
        return EvaluationLevel is { } tested && FamilyRegistry.Find(Name) is { } family && Unknown(family, tested) is { } wrong
            ? [("evaluation_level", wrong), .. ProblemsOf(Name, Levels, Mixture)]
            : ProblemsOf(Name, Levels, Mixture);
    }

    /// <summary>What is wrong with a family, its levels and its writers.</summary>
    public static IEnumerable<(string Key, string Problem)> ProblemsOf(string name, IReadOnlyList<int> levels, CorpusMixture? mixture)
    {
        var family = FamilyRegistry.Find(name);
        if (family is null)
        {
            yield return ("name", $"There is no task family \"{name}\". {NearestName.Suggest(name, [.. FamilyRegistry.Names])}");
            yield break;
        }

        if (levels.Count == 0) yield return ("levels", "No level is named.");
        foreach (var level in levels)
            if (Unknown(family, level) is { } problem) yield return ("levels", problem);
        if (mixture is null) yield break;
        string? mistake = null;
        try
        {
            mixture.Validated();
        }
        catch (UserError error)
        {
            mistake = error.Problem;
        }

        if (mistake is not null) yield return ("mixture", mistake);
    }

    private IEnumerable<(string Key, string Problem)> MixedProblems()
    {
        if (FamilyRegistry.Has(Name)) yield return ("name", $"{Name} is one family; parts need a name of their own, such as \"reasoning\".");
        if (Parts.GroupBy(p => p.Name).FirstOrDefault(g => g.Count() > 1) is { } twice) yield return ("parts", $"{twice.Key} is named twice.");
        if (!Levels.SequenceEqual(UsualLevels)) yield return ("levels", "Each of the parts names its own levels.");
        if (EvaluationLevel is not null) yield return ("evaluation_level", "The parts are tested on the levels that they are trained on.");
        if (Mixture is not null) yield return ("mixture", "Each of the parts names its own writers.");
    }

    private static string? Unknown(ITaskFamily family, int level) => family.Levels.Any(l => l.Number == level)
        ? null
        : $"{family.Name} has no level {level}. It has {string.Join(", ", family.Levels.Select(l => l.Number))}.";
}
