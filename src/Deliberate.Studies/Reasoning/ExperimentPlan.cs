using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// The cells of the experiment, in the order in which they run: for every seed the base, what starts from it, and the controls.
/// <code>
/// base                  imitation of all writers
/// rl                    reinforcement learning from the base, all families equally often
/// expert                expert iteration from the base, as many samples as rl
/// careful               imitation of careful writers only, as many tokens as base
/// direct, direct-rl     the same two stages without thought: as many optimizer steps, about as many examples, the same RL
/// rl-without-FAMILY     reinforcement learning from the base on all families but one, as often on each of them as rl
/// </code>
/// Where a family is left out once, the seeds take turns. Everything else of a cell follows from the training recipe.
/// </summary>
internal sealed record ExperimentPlan(ReasoningRecipe Recipe, TrainRecipe Train, IReadOnlyList<ulong> Seeds, bool Quick, IReadOnlyList<ExperimentCell> Cells)
{
    /// <summary>What a sampled token costs, a trained one being 1: measured on two cores.</summary>
    private const double SampledWork = 1.4;

    /// <summary>Kinds of models, where not all are made; null where they are.</summary>
    public IReadOnlyList<ExperimentModel>? Models { get; init; }

    /// <summary>Families of the whole experiment, where it is of some of them only; 0 where it is of all.</summary>
    public int FamiliesOfAll { get; init; }

    /// <summary>Whether it is a part of the experiment.</summary>
    public bool IsPart => Models is not null || FamiliesOfAll > 0;

    public IReadOnlyList<string> Families => [.. Recipe.Tests.Select(t => t.Family)];

    /// <summary>The part of it that is of these seeds.</summary>
    public ExperimentPlan Of(IReadOnlyList<ulong> seeds) => this with { Seeds = seeds, Cells = [.. Cells.Where(c => seeds.Contains(c.Seed))] };

    /// <param name="path">The experiment's recipe; the training recipe is beside it.</param>
    /// <param name="options">What the command line changes.</param>
    /// <param name="read">Gives the text of a path, for recipes that are in no file.</param>
    public static ExperimentPlan Read(string path, ExperimentOptions options, Func<string, string>? read = null)
    {
        read ??= RecipeReader.ReadText;
        var recipe = RecipeReader.Parse<ReasoningRecipe>(read(path), path);
        var trainPath = Path.Combine(Path.GetDirectoryName(path) ?? "", recipe.Train);
        if (options.Quick) recipe = recipe with { Problems = recipe.Quick.Problems };
        if (options.Seeds is { } seeds) recipe = recipe with { Seeds = seeds };
        var train = TrainRecipe.Parse(read(trainPath), trainPath, [.. options.Quick ? recipe.Quick.Set : [], .. options.Overrides ?? []]);
        Check(recipe, train, trainPath);
        var families = recipe.Tests.Count;
        if (options.Only is { } only) (recipe, train) = ExperimentNarrowing.To(only, recipe, train);
        Check(recipe, train, trainPath);
        return Create(recipe, train, options.FirstSeed, options.Quick, options.Models) with { FamiliesOfAll = recipe.Tests.Count < families ? families : 0 };
    }

    public static ExperimentPlan Create(ReasoningRecipe recipe, TrainRecipe train, ulong firstSeed, bool quick, IReadOnlyList<ExperimentModel>? models = null)
    {
        // The experiment tests its models itself, on problems of its own.
        train = train with { Evaluation = train.Evaluation with { Problems = 0, VoteProblems = 0 } };
        var lengths = CorpusLengths.Measure(train);
        ulong[] all = [.. Enumerable.Range(0, recipe.Seeds).Select(i => firstSeed + (ulong)i)];
        if (models?.Count == ExperimentModels.All.Count) models = null;
        var cells = all.SelectMany((seed, i) => OfSeed(recipe, train with { Seed = seed }, lengths, i)).Where(c => models is null || models.Contains(c.Model));
        return new ExperimentPlan(recipe, train, all, quick, [.. cells]) { Models = models };
    }

    private static IEnumerable<ExperimentCell> OfSeed(ReasoningRecipe recipe, TrainRecipe train, CorpusLengths lengths, int seedIndex)
    {
        CellTest[] level = [.. recipe.Tests.Select(t => new CellTest(t.Family, Deeper: false))];
        CellTest[] both = [.. level, .. recipe.Tests.Select(t => new CellTest(t.Family, Deeper: true))];
        var imitation = train with { ExpertIteration = train.ExpertIteration with { Rounds = 0 }, Reinforcement = train.Reinforcement with { Steps = 0 } };
        var answers = imitation with { Family = train.Family with { ChainOfThought = false }, Supervised = Direct(train.Supervised, lengths.Direct / lengths.Thought) };
        var reinforced = train with { Family = EqualShares(train.Family), Supervised = train.Supervised with { Tokens = 0 }, ExpertIteration = train.ExpertIteration with { Rounds = 0 } };
        var (basis, direct) = (Name(train.Seed, ExperimentModel.Base, null), Name(train.Seed, ExperimentModel.Direct, null));
        ExperimentCell Cell(ExperimentModel model, TrainRecipe cell, string? from, CellTest[] tests, string? leftOut = null)
        {
            var name = Name(train.Seed, model, leftOut);
            return new ExperimentCell(name, train.Seed, model, leftOut, from, cell with { Name = Path.GetFileName(name) }, tests, Work(recipe, cell, lengths, tests));
        }

        yield return Cell(ExperimentModel.Base, imitation, null, both);
        yield return Cell(ExperimentModel.Reinforced, reinforced, basis, both);
        yield return Cell(ExperimentModel.Expert, Expert(reinforced, train.ExpertIteration), basis, level);
        yield return Cell(ExperimentModel.Careful, imitation with { Family = CarefulOnly(train.Family) }, null, level);
        yield return Cell(ExperimentModel.Direct, answers, null, level);
        yield return Cell(
            ExperimentModel.DirectReinforced,
            reinforced with { Family = reinforced.Family with { ChainOfThought = false }, Reinforcement = reinforced.Reinforcement with { MaxTokens = recipe.DirectMaxTokens } }, direct, level);
        // One family alone has no others.
        for (var i = 0; i < level.Length && level.Length > 1; i++)
        {
            if (recipe.LeaveOut == LeaveOut.Once && i % recipe.Seeds != seedIndex) continue;
            yield return Cell(ExperimentModel.Without, Without(reinforced, level[i].Family), basis, [level[i]], level[i].Family);
        }
    }

    private static string Name(ulong seed, ExperimentModel model, string? leftOut) =>
        string.Create(CultureInfo.InvariantCulture, $"seed-{seed}/{ExperimentModels.Key(model)}{(leftOut is null ? "" : "-" + leftOut)}");

    /// <summary>As many optimizer steps, with batches smaller by as much as the texts are shorter.</summary>
    private static SupervisedRecipe Direct(SupervisedRecipe thinking, double share)
    {
        var batch = Math.Max(1, (int)Math.Round(share * thinking.BatchTokens));
        return thinking with { BatchTokens = batch, Tokens = (long)batch * thinking.Steps };
    }

    private static FamilyRecipe EqualShares(FamilyRecipe family) => family with { Parts = [.. family.Parts.Select(p => p with { Share = 1 })] };

    private static FamilyRecipe CarefulOnly(FamilyRecipe family) => family with { Parts = [.. family.Parts.Select(p => p with { Mixture = CorpusMixture.CarefulOnly })] };

    /// <summary>As many samples as reinforcement learning draws, in the recipe's rounds.</summary>
    private static TrainRecipe Expert(TrainRecipe reinforced, ExpertIterationRecipe expert) => reinforced with
    {
        ExpertIteration = expert with
        {
            Prompts = reinforced.Reinforcement.Steps * reinforced.Reinforcement.Prompts / expert.Rounds,
            Samples = reinforced.Reinforcement.Samples,
            MaxTokens = reinforced.Reinforcement.MaxTokens,
            Temperature = reinforced.Reinforcement.Temperature,
        },
        Reinforcement = reinforced.Reinforcement with { Steps = 0 },
    };

    private static TrainRecipe Without(TrainRecipe reinforced, string family)
    {
        var parts = reinforced.Family.Parts;
        return reinforced with
        {
            Family = reinforced.Family with { Parts = [.. parts.Where(p => p.Name != family)] },
            Reinforcement = reinforced.Reinforcement with { Prompts = reinforced.Reinforcement.Prompts / parts.Count * (parts.Count - 1) },
        };
    }

    private static double Work(ReasoningRecipe recipe, TrainRecipe cell, CorpusLengths lengths, IReadOnlyList<CellTest> tests)
    {
        var thinks = cell.Family.ChainOfThought;
        var short_ = lengths.Direct / lengths.Thought;
        double Length(string family) => lengths.ByFamily[family] * (thinks ? 1 : short_);
        var sample = cell.Family.Parts.Average(p => Length(p.Name));
        var (rl, expert) = (cell.Reinforcement, cell.ExpertIteration);
        return cell.Supervised.Tokens
            + ((double)rl.Steps * rl.Prompts * rl.Samples * sample * (1 + SampledWork))
            + ((double)expert.Rounds * expert.Prompts * expert.Samples * sample * (SampledWork + (0.5 * expert.Epochs)))
            + tests.Sum(t => recipe.Problems * Length(t.Family) * SampledWork * (t.Deeper ? 1.7 : 1));
    }

    /// <summary>What the experiment needs of the training recipe.</summary>
    private static void Check(ReasoningRecipe recipe, TrainRecipe train, string path)
    {
        void Need(bool holds, string field, string problem, string advice)
        {
            if (!holds) throw new UserError(problem, path, field: field, advice: advice);
        }

        string[] parts = [.. train.Family.Parts.Select(p => p.Name)], tests = [.. recipe.Tests.Select(t => t.Family)];
        Need(parts.Order(StringComparer.Ordinal).SequenceEqual(tests.Order(StringComparer.Ordinal)), "family.parts", $"the families that are trained ({string.Join(", ", parts)}) are not those that are tested ({string.Join(", ", tests)}).", "Name the same in both recipes.");
        Need(train.Model.From is null, "model.from", "the experiment begins from random weights.", "Leave the key out.");
        Need(train.Family.ChainOfThought, "family.chain_of_thought", "the experiment makes the control without thought itself.", "Leave the key out.");
        Need(train.Supervised.Steps > 0, "supervised.tokens", "without imitation there is no base to compare with.", "Set it above 0.");
        Need(train.Reinforcement.Steps > 0, "reinforcement.steps", "without reinforcement learning there is nothing to compare.", "Set it above 0.");
        Need(train.Reinforcement.Prompts % parts.Length == 0, "reinforcement.prompts", $"{train.Reinforcement.Prompts} problems cannot ask {parts.Length} families equally often.", $"Use a multiple of {parts.Length}.");
        Need(train.ExpertIteration.Rounds > 0, "expert_iteration.rounds", "expert iteration is one of the controls.", "Set it above 0.");
        Need(
            train.Reinforcement.Steps * train.Reinforcement.Prompts % train.ExpertIteration.Rounds == 0, "expert_iteration.rounds",
            $"{train.Reinforcement.Steps} steps of {train.Reinforcement.Prompts} problems cannot be cut into {train.ExpertIteration.Rounds} equal rounds.", "Choose a number that divides them, so that both draw as many samples.");
        foreach (var test in recipe.Tests)
        {
            var levels = train.Family.Parts.First(p => p.Name == test.Family).Levels;
            Need(!levels.Contains(test.Deeper), "family.parts", $"{test.Family} is trained on level {test.Deeper}, which is to be deeper than that.", "Choose another level to test.");
            Need(Math.Max(test.MaxTokens, test.DeeperMaxTokens) < train.Model.Context, "model.context", $"{test.Family} is tested with {Math.Max(test.MaxTokens, test.DeeperMaxTokens)} tokens, more than the context of {train.Model.Context}.", "Raise it, or lower the budget.");
        }
    }
}
