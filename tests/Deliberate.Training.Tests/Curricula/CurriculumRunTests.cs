namespace Deliberate.Training.Tests;

/// <summary>A run with a curriculum moves through its levels, remembers where it is, and shows it.</summary>
public sealed class CurriculumRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Interrupted_at_any_step_and_resumed_it_ends_in_the_same_bits()
    {
        var expected = FinishedRuns.Copy(TinyRun.CurriculumRecipe(), _folder.File("whole"));
        var folder = _folder.File("cut");
        var outcome = RunOutcome.Interrupted;
        for (var start = 0; outcome == RunOutcome.Interrupted; start++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, _) =>
            {
                if (stage != RunStage.Supervised) stop.Cancel();
            });
            using var run = start == 0 ? TrainingRun.Start(TinyRun.CurriculumRecipe(), folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            outcome = run.Execute(stop.Token);
            start.ShouldBeLessThan(40);
        }

        Golden.Report("files compared", TinyRun.ShouldEqual(folder, expected));
        // The curricula did move, each in its own stage.
        foreach (var stage in new[] { "rl/level", "ei/level" }) Levels(expected, stage).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void Its_problems_are_of_its_levels_and_the_report_shows_them()
    {
        var recipe = TinyRun.CurriculumRecipe() with { ExpertIteration = new ExpertIterationRecipe() };
        recipe = recipe with { Reinforcement = recipe.Reinforcement with { Curriculum = new CurriculumRecipe { Kind = CurriculumKind.Linear, Levels = [2, 5], Until = 1, Rehearsal = 0 } } };
        var folder = TinyRun.Start(recipe, _folder.File("run"));
        var steps = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).GroupBy(s => s.Step, s => s.Problem.Split('/')[1]).ToDictionary(g => g.Key, g => g.Distinct().ToArray());
        steps[1].ShouldBe(["2"]);
        steps[5].ShouldBe(["5"]);
        Levels(folder, "rl/level").ShouldBe([2, 5, 5, 5, 5]);
        var chapter = RunReport.Build(folder).Chapters[0];
        chapter.Figures.ShouldContain(f => f.Panels[0].Title == "Levels of the training problems");
        chapter.Prose.ShouldContain(p => p.StartsWith("Levels 2, 5 came by schedule", StringComparison.Ordinal));
    }

    private static double[] Levels(string folder, string name) =>
        [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey(name)).Select(m => m.Values[name])];
}
