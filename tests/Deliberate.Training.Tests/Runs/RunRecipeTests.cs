using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Folders of runs that a program of before trained: they were trained by something, and that is what is read.</summary>
public sealed class RunRecipeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("remax")]
    [InlineData("opo")]
    [InlineData("gpg")]
    public void A_run_whose_objective_is_its_advantages_and_that_had_others_is_the_loss_with_those(string written)
    {
        var recipe = TinyRun.Recipe();
        recipe = recipe with { Supervised = recipe.Supervised with { Tokens = 4_000 }, Reinforcement = recipe.Reinforcement with { Steps = 2, Objective = "reinforce", Options = ReinforceObjective.Entry.Defaults, Advantage = "group" } };
        var run = _folder.File("run");
        using (var training = TrainingRun.Start(recipe, run, 1)) training.Execute().ShouldBe(RunOutcome.Completed);
        var folder = new RunFolder(run);
        var text = File.ReadAllText(folder.Recipe);
        text.ShouldContain("objective: reinforce\n");
        File.WriteAllText(folder.Recipe, text.Replace("objective: reinforce\n", $"objective: {written}\n", StringComparison.Ordinal));

        RunRecipe.Read(folder).Reinforcement.Objective.ShouldBe("reinforce");
        RunReport.Build(run).Chapters[0].Prose.ShouldContain(p => p.Contains("(`reinforce`)", StringComparison.Ordinal));
        using (var again = TrainingRun.Resume(run, 1)) again.Execute().ShouldBe(RunOutcome.Completed);
        // As a recipe to be trained it is refused: it would not be what it says.
        Should.Throw<UserError>(() => TrainRecipe.Read(folder.Recipe)).Message.ShouldContain("reinforce");
    }

    [Fact]
    public void A_run_of_rloo_that_had_other_advantages_is_grpo_with_a_ratio_a_sample()
    {
        var recipe = TinyRun.Recipe();
        var read = RunRecipe.Read(Written(recipe with { Reinforcement = recipe.Reinforcement with { Objective = "rloo", Options = RlooObjective.Entry.Defaults, Advantage = "group" } })).Reinforcement;
        (read.Objective, read.Advantage, read.Options.Level).ShouldBe(("grpo", "group", ImportanceLevel.SequenceProduct));
    }

    [Fact]
    public void Options_without_effect_are_no_mistake_of_a_run()
    {
        var recipe = TinyRun.Recipe();
        var folder = Written(recipe with { Reinforcement = recipe.Reinforcement with { Options = recipe.Reinforcement.Options with { KlCovRatio = 0.1 }, Schedule = new ScheduleRecipe { Kind = ScheduleKind.Constant, Warmup = 3 } } });
        var read = RunRecipe.Read(folder).Reinforcement;
        (read.Options.KlCovRatio, read.Schedule.Warmup).ShouldBe((0.1, 3));
        Should.Throw<UserError>(() => TrainRecipe.Read(folder.Recipe)).Field.ShouldBe("reinforcement.options.kl_cov_ratio");
    }

    [Fact]
    public void A_run_goes_on_for_the_tokens_that_its_passes_came_to_when_it_began()
    {
        File.WriteAllLines(_folder.File("sums.jsonl"), Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"{i + 1}\"}}"));
        var recipe = TrainRecipe.Parse("name: own\nmodel: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { vocabulary: 270 } }\nsupervised: { data: [sums.jsonl], epochs: 2, batch_tokens: 100, validation: 0 }", _folder.File("recipe.yaml"));
        var format = RunSession.ModelOf(recipe).Text;
        long Tokens(TrainRecipe of)
        {
            using var inputs = RunInputs.Load(of, format, imitates: true, new RunObserver());
            return inputs.Recipe.Supervised.Tokens;
        }

        var counted = Tokens(recipe);
        counted.ShouldBeLessThan(2000);
        // A program of before came to others.
        Tokens(RunRecipe.Read(Written(recipe with { Supervised = recipe.Supervised with { Tokens = 777 } }))).ShouldBe(777);
        // As a recipe to be trained it says passes.
        Tokens(TrainRecipe.Read(new RunFolder(_folder.File("run")).Recipe)).ShouldBe(counted);
    }

    private RunFolder Written(TrainRecipe recipe)
    {
        var folder = new RunFolder(_folder.File("run"));
        Directory.CreateDirectory(folder.Root);
        File.WriteAllText(folder.Recipe, RecipeWriter.Write(recipe));
        return folder;
    }
}
