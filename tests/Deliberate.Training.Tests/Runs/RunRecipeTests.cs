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
}
