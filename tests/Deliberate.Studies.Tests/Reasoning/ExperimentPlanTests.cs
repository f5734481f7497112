using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

public sealed class ExperimentPlanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_seed_has_the_base_what_starts_from_it_and_the_controls()
    {
        var plan = TinyExperiment.Plan();
        plan.Seeds.ShouldBe([5UL, 6UL]);
        plan.Cells.Select(c => c.Name).ShouldBe(
        [
            "seed-5/base", "seed-5/rl", "seed-5/expert", "seed-5/careful", "seed-5/direct", "seed-5/direct-rl", "seed-5/rl-without-arithmetic-compare",
            "seed-6/base", "seed-6/rl", "seed-6/expert", "seed-6/careful", "seed-6/direct", "seed-6/direct-rl", "seed-6/rl-without-horn-proofs",
        ]);
        foreach (var cell in plan.Cells)
        {
            cell.Recipe.Seed.ShouldBe(cell.Seed);
            cell.Recipe.Evaluation.Problems.ShouldBe(0);
            cell.Work.ShouldBeGreaterThan(0);
            // What a cell starts from is done before it.
            if (cell.From is not null) plan.Cells.TakeWhile(c => c != cell).ShouldContain(c => c.Name == cell.From);
        }
    }

    [Theory]
    [InlineData(1, false, 1)]
    [InlineData(2, false, 1)]
    [InlineData(3, true, 3)]
    public void Every_family_is_left_out_at_least_once(int seeds, bool everySeed, int times)
    {
        var plan = TinyExperiment.Plan(seeds, everySeed ? LeaveOut.EverySeed : LeaveOut.Once);
        foreach (var family in plan.Families) plan.Cells.Count(c => c.LeftOut == family).ShouldBe(times);
        foreach (var cell in plan.Cells.Where(c => c.LeftOut is not null))
        {
            cell.Recipe.Family.Parts.ShouldNotContain(p => p.Name == cell.LeftOut);
            cell.Tests.ShouldBe([new CellTest(cell.LeftOut!, Deeper: false)]);
        }
    }

    [Fact]
    public void Controls_differ_from_what_they_control_in_one_thing()
    {
        var plan = TinyExperiment.Plan(seeds: 1);
        TrainRecipe Of(ExperimentModel model) => plan.Cells.First(c => c.Model == model).Recipe;
        var (basis, rl, expert, careful, direct, directRl) = (Of(ExperimentModel.Base), Of(ExperimentModel.Reinforced), Of(ExperimentModel.Expert), Of(ExperimentModel.Careful), Of(ExperimentModel.Direct), Of(ExperimentModel.DirectReinforced));

        (careful.Supervised, careful.Reinforcement.Steps).ShouldBe((basis.Supervised, 0));
        careful.Family.Parts.ShouldAllBe(p => p.Mixture == CorpusMixture.CarefulOnly);
        RecipeWriter.Write(careful with { Name = basis.Name, Family = basis.Family }).ShouldBe(RecipeWriter.Write(basis));

        direct.Family.ChainOfThought.ShouldBeFalse();
        direct.Supervised.Steps.ShouldBe(basis.Supervised.Steps);
        direct.Supervised.BatchTokens.ShouldBeLessThan(basis.Supervised.BatchTokens);
        (directRl.Reinforcement with { MaxTokens = rl.Reinforcement.MaxTokens }).ShouldBe(rl.Reinforcement);
        (directRl.Supervised.Tokens, rl.Supervised.Tokens, rl.ExpertIteration.Rounds).ShouldBe((0, 0, 0));

        expert.Reinforcement.Steps.ShouldBe(0);
        (expert.ExpertIteration.Rounds * expert.ExpertIteration.Prompts * expert.ExpertIteration.Samples).ShouldBe(rl.Reinforcement.Steps * rl.Reinforcement.Prompts * rl.Reinforcement.Samples);
        expert.ExpertIteration.MaxTokens.ShouldBe(rl.Reinforcement.MaxTokens);

        // The corpus has shares; what asks the model itself asks every family equally often, as often where one is left out.
        basis.Family.Parts.Select(p => p.Share).ShouldBe([2, 1]);
        rl.Family.Parts.Select(p => p.Share).ShouldBe([1, 1]);
        expert.Family.Parts.Select(p => p.Share).ShouldBe([1, 1]);
        Of(ExperimentModel.Without).Reinforcement.Prompts.ShouldBe(rl.Reinforcement.Prompts / 2);
    }

    [Fact]
    public void The_recipe_of_the_repository_makes_a_plan_and_so_do_its_quick_numbers()
    {
        var path = Path.Combine(Repository(), "recipes", "reproduce", "reasoning.yaml");
        var plan = ExperimentPlan.Read(path, new ExperimentOptions());
        plan.Families.Count.ShouldBe(6);
        plan.Seeds.ShouldBe([1UL, 2UL, 3UL]);
        plan.Recipe.Problems.ShouldBeGreaterThanOrEqualTo(500);
        plan.Cells.Count.ShouldBe(24);
        foreach (var test in plan.Recipe.Tests)
        {
            // Budgets hold nearly every careful solution: what is cut off is the model's own.
            CheckBudget(test, plan.Train.Family.Parts.First(p => p.Name == test.Family).Levels, test.MaxTokens, plan.Train);
            CheckBudget(test, [test.Deeper], test.DeeperMaxTokens, plan.Train);
            plan.Train.Reinforcement.MaxTokens.ShouldBeGreaterThanOrEqualTo(test.MaxTokens - 40);
        }

        // A row: a family by itself, with its share of the tokens and its problems a step.
        var row = ExperimentPlan.Read(path, new ExperimentOptions(Seeds: 1, Only: ["arithmetic"], Models: ExperimentNarrowing.Models(["rl"])));
        row.Cells.Select(c => c.Name).ShouldBe(["seed-1/base", "seed-1/rl"]);
        row.Train.Supervised.Tokens.ShouldBe(plan.Train.Supervised.Tokens / 4);
        row.Train.Reinforcement.Prompts.ShouldBe(plan.Train.Reinforcement.Prompts / 6);
        row.Cells.Sum(c => c.Work).ShouldBeLessThan(plan.Cells.Sum(c => c.Work) / 50);

        var quick = ExperimentPlan.Read(path, new ExperimentOptions(Quick: true));
        quick.Quick.ShouldBeTrue();
        quick.Cells.Count.ShouldBe(24);
        quick.Recipe.Problems.ShouldBeLessThan(50);
        quick.Cells.Sum(c => c.Work).ShouldBeLessThan(plan.Cells.Sum(c => c.Work) / 50);
        TestContext.Current.TestOutputHelper!.WriteLine($"{plan.Cells.Count} cells; work {plan.Cells.Sum(c => c.Work) / 1e6:0.0} M tokens, quick {quick.Cells.Sum(c => c.Work) / 1e6:0.0} M: {string.Join(", ", plan.Cells.Select(c => $"{c.Name} {c.Work / 1e6:0.0}"))}");
    }

    [Theory]
    [InlineData("name: horn-proofs, levels: [2]", "name: variables, levels: [2]", "family.parts", "are not those that are tested")]
    [InlineData("prompts: 2", "prompts: 3", "reinforcement.prompts", "3 problems cannot ask 2 families")]
    [InlineData("rounds: 2", "rounds: 3", "expert_iteration.rounds", "cannot be cut into 3 equal rounds")]
    [InlineData("rounds: 2", "rounds: 0", "expert_iteration.rounds", "one of the controls")]
    [InlineData("steps: 2,", "steps: 0,", "reinforcement.steps", "nothing to compare")]
    [InlineData("tokens: 3000", "tokens: 0", "supervised.tokens", "no base")]
    [InlineData("name: horn-proofs, levels: [2]", "name: horn-proofs, levels: [3]", "family.parts", "which is to be deeper")]
    public void A_training_recipe_that_makes_no_experiment_is_refused_with_file_and_field(string from, string to, string field, string says)
    {
        TinyExperiment.Train.ShouldContain(from);
        var path = TinyExperiment.Write(_folder.File("bad"), train: TinyExperiment.Train.Replace(from, to, StringComparison.Ordinal));
        var error = Should.Throw<UserError>(() => ExperimentPlan.Read(path, new ExperimentOptions()));
        error.Message.ShouldContain("train.yaml");
        error.Message.ShouldContain(field);
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("deeper: 3, deeper_max_tokens: 24 }\nquick", "deeper: 9, deeper_max_tokens: 24 }\nquick", "deeper", "has no level 9")]
    [InlineData("family: horn-proofs", "family: horn-proof", "family", "\"horn-proofs\"")]
    [InlineData("family: horn-proofs", "family: arithmetic-compare", "tests", "named twice")]
    [InlineData("seeds: 2", "seeds: 0", "seeds", "at least 1")]
    [InlineData("problems: 6", "problem: 6", "problem", "\"problems\"")]
    [InlineData("train: train.yaml", "train: trian.yaml", "trian.yaml", "\"train.yaml\"")]
    public void A_mistake_in_the_experiments_recipe_names_its_place(string from, string to, string field, string says)
    {
        TinyExperiment.Experiment.ShouldContain(from);
        var path = TinyExperiment.Write(_folder.File("bad"), TinyExperiment.Experiment.Replace(from, to, StringComparison.Ordinal));
        var error = Should.Throw<UserError>(() => ExperimentPlan.Read(path, new ExperimentOptions()));
        error.Message.ShouldContain(field);
        error.Message.ShouldContain(says);
    }

    private static void CheckBudget(FamilyTestRecipe test, IReadOnlyList<int> levels, int budget, TrainRecipe train)
    {
        var encoder = new ProblemEncoder(ProblemEncoder.FormatFor(train.Family.Instance));
        var cut = 0;
        for (var i = 0; i < 60; i++)
        {
            var problem = test.Instance.Generate(Split.Test, levels[i % levels.Count], 1, i);
            var random = new RandomStream(1, StreamStage.Test, problem: i);
            var (tokens, first) = encoder.Example(problem.Prompt, test.Instance.Write(problem, Writer.Careful, ref random).Completion);
            if (tokens.Length - first > budget) cut++;
        }

        cut.ShouldBeLessThanOrEqualTo(3, $"{test.Family}, levels {string.Join(", ", levels)}, {budget} tokens");
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Deliberate.slnx"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
