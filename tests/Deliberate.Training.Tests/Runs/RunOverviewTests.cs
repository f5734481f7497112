using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>A run at a glance: going on, stopped, finished or damaged, and how far it is.</summary>
public sealed class RunOverviewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_follows_a_run_from_its_start_to_its_end()
    {
        var folder = _folder.File("run");
        var seen = new List<(RunCondition, RunStage, long, int)>();
        using (var stop = new CancellationTokenSource())
        {
            var observer = new StepObserver((stage, step) =>
            {
                if (step is 3 or 2)
                {
                    var now = RunOverview.Read(folder);
                    seen.Add((now.Condition, now.Stage, now.Step, now.Steps));
                }

                if ((stage, step) == (RunStage.Reinforcement, 3)) stop.Cancel();
            });
            using var run = TrainingRun.Start(TinyRun.Recipe(), folder, 1, observer);
            run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        }

        seen.ShouldBe([(RunCondition.Running, RunStage.Supervised, 2, 7), (RunCondition.Running, RunStage.Supervised, 3, 7), (RunCondition.Running, RunStage.Reinforcement, 2, 5), (RunCondition.Running, RunStage.Reinforcement, 3, 5)]);
        var stopped = RunOverview.Read(folder);
        (stopped.Condition, stopped.Stage, stopped.Step).ShouldBe((RunCondition.Stopped, RunStage.Reinforcement, 3));
        stopped.Before.ShouldNotBeNull();
        using (var run = TrainingRun.Resume(folder, 1)) run.Execute();
        var finished = RunOverview.Read(folder);
        (finished.Condition, finished.Stage).ShouldBe((RunCondition.Finished, RunStage.Done));
        finished.After.ShouldNotBeNull();
        finished.Seconds.ShouldBeGreaterThan(0);
        // The model of seven steps is never right: that is an alarm.
        finished.Alarms.ShouldContain("one_sided");
    }

    [Fact]
    public void Of_imitation_from_random_weights_there_is_no_before()
    {
        var recipe = TinyRun.Recipe();
        var overview = RunOverview.Read(FinishedRuns.Copy(recipe with { Reinforcement = recipe.Reinforcement with { Steps = 0 } }, _folder.File("run")));
        overview.Condition.ShouldBe(RunCondition.Finished);
        overview.Before.ShouldBeNull();
        overview.After.ShouldNotBeNull();
    }

    [Fact]
    public void A_process_that_was_killed_does_not_count_as_running()
    {
        var folder = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("run"));
        var holder = Path.Combine(folder, "run.lock.holder");
        File.WriteAllText(holder, $"process {int.MaxValue} on {Environment.MachineName}, started 2026-01-01 00:00:00 UTC\n");
        RunLock.Holder(folder).ShouldBeNull();
        RunOverview.Read(folder).Condition.ShouldBe(RunCondition.Finished);
        File.WriteAllText(holder, $"process {int.MaxValue} on another, started 2026-01-01 00:00:00 UTC\n");
        RunLock.Holder(folder).ShouldNotBeNull();
    }

    [Fact]
    public void A_run_that_cannot_be_read_says_why()
    {
        var folder = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("run"));
        File.WriteAllText(Path.Combine(folder, RunFolder.RecipeFile), "name: [");
        var damaged = RunOverview.Read(folder);
        damaged.Condition.ShouldBe(RunCondition.Damaged);
        damaged.Problem.ShouldNotBeNull().ShouldContain("recipe.yaml");
    }
}
