using System.ComponentModel;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Who labels what was chosen.</summary>
internal enum LabellerKind
{
    /// <summary>The family's own rules.</summary>
    Exact,

    /// <summary>A judge: a larger reward model, or a language model without labels.</summary>
    Model,

    /// <summary>People, on the pages of a labelling project.</summary>
    People,
}

/// <summary>
/// What <c>labels loop</c> does, from a YAML file: generations of sampling, choosing, labelling, training and measuring ("Let's Verify Step by
/// Step", section 2.4 and 4.2). The first has no reward model yet that could choose, and labels any; each later one has the last one choose.
/// </summary>
internal sealed record ActiveRecipe : ICheckedRecipe
{
    [Description("Name of the loop and of its folder.")]
    public required string Name { get; init; }

    [Description("Seed of problems, samples and training.")]
    public ulong Seed { get; init; } = 1;

    [Description("The model that solutions are drawn of: a run's folder or a checkpoint.")]
    public required string Policy { get; init; }

    [Description("Task family of the problems.")]
    public required string Family { get; init; }

    [Description("Level of the problems.")]
    [InRange(0, 1000)]
    public required int Level { get; init; }

    [Description("The training recipe of the reward model (kind process); its data are the labels of all generations so far.")]
    public required string Train { get; init; }

    [Description("The model that each generation's reward model begins with: a run's folder or a checkpoint, best one that is right in its arithmetic; model.from of the training recipe if left out.")]
    public string? From { get; init; }

    [Description("Rounds.")]
    [InRange(1, 1000)]
    public int Generations { get; init; } = 4;

    [Description("Fresh problems of each generation.")]
    [InRange(1, 1_000_000)]
    public int Problems { get; init; } = 200;

    [Description("Solutions drawn of each, to choose from.")]
    [InRange(1, 100_000)]
    public int Samples { get; init; } = 32;

    [Description("Token budget of a solution, the end token included.")]
    [InRange(1, 1 << 20)]
    public int MaxTokens { get; init; } = 64;

    [Description("Solutions are drawn at this temperature.")]
    [InRange(0.001, 100)]
    public double Temperature { get; init; } = 1;

    [Description("Which of them are labelled. The first generation's are any, whatever the rule.")]
    public SelectionOptions Selection { get; init; } = new();

    [Description("Whether each generation's reward model chooses for the next one; else the first one's chooses for all (retraining it was unstable in the paper).")]
    public bool RetrainSelector { get; init; } = true;

    [Description("Who labels them.")]
    public LabellerRecipe Labeller { get; init; } = new();

    [Description("How each generation's reward model is measured.")]
    public ActiveEvaluationRecipe Evaluation { get; init; } = new();

    [JsonIgnore]
    public ITaskFamily Instance => FamilyRegistry.Get(Family);

    /// <exception cref="UserError">With file, line and field.</exception>
    public static ActiveRecipe Read(string path, IReadOnlyList<string>? overrides = null)
    {
        var recipe = RecipeReader.Read<ActiveRecipe>(path, overrides);
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return recipe with { Policy = RecipePaths.Find(recipe.Policy, folder), Train = RecipePaths.Find(recipe.Train, folder), From = recipe.From is { } from ? RecipePaths.Find(from, folder) : null, Labeller = recipe.Labeller.Rooted(folder) };
    }

    IEnumerable<(string Key, string Problem)> ICheckedRecipe.Problems()
    {
        if (FolderName.Problem(Name) is { } name) yield return ("name", name);
        if (!FamilyRegistry.Has(Family)) yield return ("family", NearestName.Suggest(Family, [.. FamilyRegistry.All.Select(f => f.Name)]) ?? $"There is no task family \"{Family}\".");
        else if (Instance.Levels.All(l => l.Number != Level)) yield return ("level", $"{Family} has no level {Level}: it has {string.Join(", ", Instance.Levels.Select(l => l.Number))}.");
        if (Labeller.Kind == LabellerKind.Model && Labeller.From is null) yield return ("labeller", "from: name the model that labels.");
        if (Labeller.Kind == LabellerKind.People && Labeller.Project is null) yield return ("labeller", "project: name the labelling project (deliberate label create makes it).");
        if (Selection.PerProblem > Samples) yield return ("selection", $"per_problem: {Selection.PerProblem} of {Samples} samples cannot be chosen.");
    }
}

/// <summary>Who labels.</summary>
internal sealed record LabellerRecipe
{
    [Description("exact (the family's own rules), model (a larger reward model, or free:MODEL), or people (a labelling project).")]
    public LabellerKind Kind { get; init; }

    [Description("Of kind model: its folder, or free:MODEL for a language model that needs no labels.")]
    public string? From { get; init; }

    [Description("Of kind model: P(wrong) above which a step is called wrong (the paper's: 0.2).")]
    [InRange(0, 1)]
    public double Threshold { get; init; } = StepLabellers.UsualThreshold;

    [Description("Of kind people: the project of phase 2 that solutions are added to.")]
    public string? Project { get; init; }

    [Description("Of kind people: where it is, as --database of deliberate label.")]
    public string? Database { get; init; }

    public LabellerRecipe Rooted(string folder) => From switch
    {
        null => this,
        _ when From.StartsWith(SolutionJudges.LabelFree, StringComparison.Ordinal) => this with { From = SolutionJudges.LabelFree + RecipePaths.Find(From[SolutionJudges.LabelFree.Length..], folder) },
        _ => this with { From = RecipePaths.Find(From, folder) },
    };
}

/// <summary>How a loop's reward models are measured: on one pool of held-out problems, the same for every generation.</summary>
internal sealed record ActiveEvaluationRecipe
{
    [Description("Held-out problems.")]
    [InRange(1, 1_000_000)]
    public int Problems { get; init; } = 100;

    [Description("Solutions of each, among which the reward model chooses.")]
    [InRange(1, 100_000)]
    public int Samples { get; init; } = 32;
}
