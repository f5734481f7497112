namespace Deliberate.Training.Tests;

/// <summary>Expert iteration goes on after an interruption to the same bits, imitates nothing but what was right, and does so in its rounds.</summary>
public sealed class ExpertIterationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Interrupted_at_every_step_and_resumed_it_ends_in_the_same_bits(bool restart)
    {
        var recipe = TinyRun.ExpertRecipe(restart: restart);
        var expected = FinishedRuns.Copy(recipe, _folder.File("whole"));
        var folder = _folder.File("cut");
        var outcome = RunOutcome.Interrupted;
        var starts = 0;
        for (; outcome == RunOutcome.Interrupted; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((stage, _) =>
            {
                if (stage == RunStage.ExpertIteration) stop.Cancel();
            });
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            outcome = run.Execute(stop.Token);
            starts.ShouldBeLessThan(60);
        }

        Golden.Report($"files compared after {starts - 1} interruptions", TinyRun.ShouldEqual(folder, expected));
        starts.ShouldBeGreaterThan(6);
    }

    [Fact]
    public void Each_round_imitates_its_right_answers_and_only_them()
    {
        var observer = new StepObserver((_, _) => { });
        var folder = TinyRun.Start(TinyRun.ExpertRecipe(steps: 0), _folder.File("run"), observer: observer);
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("ei/round")).ToList();
        metrics.Select(m => m.Step).ShouldBe(Enumerable.Range(1, metrics.Count).Select(i => (long)i));
        var rounds = metrics.Where(m => m.Values.ContainsKey("ei/kept")).ToList();
        rounds.Count.ShouldBe(2);
        foreach (var round in rounds)
        {
            var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), round.Step, stage: RunStage.ExpertIteration).ToList();
            samples.Count.ShouldBe(24 * 4);
            var kept = samples.Where(s => s.Trained).ToList();
            kept.Count.ShouldBe((int)round.Values["ei/kept"]);
            kept.Count.ShouldBeGreaterThan(0);
            kept.ShouldAllBe(s => s.Rewards.Single(r => r.Key == "correct").Value == 1 && s.FinishReason == "stop");
            kept.DistinctBy(s => (s.Problem, string.Join(' ', s.Tokens))).Count().ShouldBe(kept.Count);
            metrics.Count(m => m.Values.ContainsKey("ei/loss") && m.Values["ei/round"] == round.Values["ei/round"]).ShouldBe((int)round.Values["ei/minibatches"]);
        }

        // Other problems in every round.
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).Select(s => s.Problem).Distinct().Count().ShouldBe(48);
        new RunFolder(folder).Checkpoints().ShouldContain(RunFolder.Final);
        new RunFolder(folder).Checkpoints().ShouldNotContain(RunFolder.Expert);
        observer.Evaluations.Select(e => e.Name).ShouldBe(["base", "ei-round-001", "final"]);
        Golden.Report("samples kept", rounds.Sum(r => (int)r.Values["ei/kept"]));
    }

    [Fact]
    public void A_round_without_a_right_answer_changes_nothing_and_says_so()
    {
        var recipe = TinyRun.ExpertRecipe(steps: 0);
        recipe = recipe with { Supervised = recipe.Supervised with { Tokens = 0 } };
        var observer = new StepObserver((_, _) => { });
        var folder = new RunFolder(TinyRun.Start(recipe, _folder.File("run"), observer: observer));
        observer.Notices.Count(n => n.Contains("nothing to imitate", StringComparison.Ordinal)).ShouldBe(2);
        File.ReadAllBytes(Path.Combine(folder.Checkpoint(RunFolder.Final), "model.safetensors")).ShouldBe(File.ReadAllBytes(Path.Combine(folder.Checkpoint(RunFolder.Base), "model.safetensors")));
    }

    [Fact]
    public void Reinforcement_learning_goes_on_from_it()
    {
        var observer = new StepObserver((_, _) => { });
        var folder = new RunFolder(TinyRun.Start(TinyRun.ExpertRecipe(), _folder.File("run"), observer: observer));
        folder.Checkpoints().ShouldContain(RunFolder.Expert);
        observer.Evaluations.Select(e => e.Name).ShouldBe(["base", "ei-round-001", "expert", "final"]);
        SampleStore.Read(Path.Combine(folder.Root, SampleStore.FileName), 1).Select(s => s.Stage).Distinct().ShouldBe([RunStage.ExpertIteration, RunStage.Reinforcement]);
    }

    [Fact]
    public void The_report_tells_what_each_round_kept_and_reached()
    {
        foreach (var steps in new[] { 0, 2 })
        {
            var folder = FinishedRuns.Copy(TinyRun.ExpertRecipe(steps), _folder.File($"run-{steps}"));
            var chapter = RunReport.Build(folder).Chapters[0];
            var table = chapter.Tables.Single(t => t.Title == "Rounds of expert iteration");
            table.Rows.Select(r => r[0].Text).ShouldBe(["1", "2"]);
            table.Rows.Select(r => r[^1].Interval).ShouldNotContain("");
            chapter.Tables.Single(t => t.Title == "In numbers").Rows.Select(r => r[0].Text).ShouldBe(steps == 0 ? ["before expert iteration", "after expert iteration"] : ["before RL", "after RL"]);
            chapter.Figures.Count(f => f.Caption.Contains("while expert iteration goes on", StringComparison.Ordinal)).ShouldBe(1);
        }
    }
}
