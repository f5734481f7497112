using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>A loss that is not finite costs a batch, three in a row the run.</summary>
public sealed class NonFiniteTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Three_in_a_row_stop_the_run_and_every_batch_is_saved()
    {
        var recipe = TinyRun.Recipe();
        recipe = recipe with { Supervised = recipe.Supervised with { Optimizer = recipe.Supervised.Optimizer with { LearningRate = 1e38, MuonLearningRate = 1e38 } } };
        var folder = _folder.File("run");
        var observer = new StepObserver((_, _) => { });
        using (var run = TrainingRun.Start(recipe, folder, 1, observer))
        {
            var error = Should.Throw<UserError>(() => run.Execute());
            error.Message.ShouldContain("3rd in a row");
            error.Message.ShouldContain("optimizer.learning_rate");
        }

        observer.Notices.Count(n => n.Contains("was left out and saved", StringComparison.Ordinal)).ShouldBe(2);
        var saved = Directory.GetFiles(Path.Combine(folder, RunFolder.SkippedFolder));
        saved.Length.ShouldBe(3);
        foreach (var file in saved) JsonLines.Read(file).Count().ShouldBeGreaterThan(3);
    }

    [Fact]
    public void A_finite_batch_in_between_begins_the_count_again()
    {
        var guard = new NonFiniteGuard(new RunFolder(_folder.File("run")), new RunObserver());
        for (var i = 0; i < 3; i++)
        {
            guard.Check(new TrainingStep(double.NaN, 1, Applied: false), $"sft-{i}", () => ["{}"]).ShouldBeFalse();
            guard.Check(new TrainingStep(1, double.PositiveInfinity, Applied: false), $"sft-{i}-2", () => ["{}"]).ShouldBeFalse();
            guard.Check(new TrainingStep(1, 1, Applied: true), "", () => []).ShouldBeTrue();
        }

        guard.InARow.ShouldBe(0);
    }
}
