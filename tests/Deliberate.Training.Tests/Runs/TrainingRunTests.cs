using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Training.Tests;

/// <summary>A run's results do not depend on interruptions or threads, and its folder belongs to one process.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Interrupted_at_any_step_and_resumed_it_ends_in_the_same_bits()
    {
        var expected = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("whole"));
        var all = Enumerable.Range(1, 7).Select(s => (RunStage.Supervised, s)).Concat(Enumerable.Range(1, 5).Select(s => (RunStage.Reinforcement, s)));
        var files = 0;
        foreach (var at in new[] { new HashSet<(RunStage, int)>(all), [(RunStage.Supervised, 2), (RunStage.Reinforcement, 2), (RunStage.Reinforcement, 4)] })
        {
            var folder = _folder.File($"cut-{at.Count}");
            var outcome = RunOutcome.Interrupted;
            for (var start = 0; outcome == RunOutcome.Interrupted; start++)
            {
                using var stop = new CancellationTokenSource();
                var observer = new StepObserver((stage, step) =>
                {
                    if (at.Contains((stage, step))) stop.Cancel();
                });
                using var run = start == 0 ? TrainingRun.Start(TinyRun.Recipe(), folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
                outcome = run.Execute(stop.Token);
                start.ShouldBeLessThan(20);
            }

            files += TinyRun.ShouldEqual(folder, expected);
            TimingsHaveTheSameSteps(folder, expected);
        }

        Golden.Report("files compared", files);
    }

    [Fact]
    public void Threads_do_not_change_a_bit()
    {
        var one = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("one"));
        TinyRun.ShouldEqual(TinyRun.Start(TinyRun.Recipe(), _folder.File("two"), threads: 2), one);
        var other = TinyRun.Start(TinyRun.Recipe(seed: 2), _folder.File("other"));
        File.ReadAllText(Path.Combine(other, MetricsStream.MetricsFile)).ShouldNotBe(File.ReadAllText(Path.Combine(one, MetricsStream.MetricsFile)));
    }

    [Fact]
    public void The_folder_holds_what_it_should()
    {
        var observer = new StepObserver((_, _) => { });
        var folder = TinyRun.Start(TinyRun.Recipe(), _folder.File("run"), observer: observer);
        new RunFolder(folder).Checkpoints().ShouldBe(["sft-000006", "base", "rl-000003", "final"]);
        Directory.GetFiles(Path.Combine(folder, RunFolder.EvaluationsFolder)).Select(f => Path.GetFileNameWithoutExtension(f)).Order().ShouldBe(["base", "final", "rl-000002", "rl-000004"]);
        observer.Evaluations.Select(e => e.Name).ShouldBe(["base", "rl-000002", "rl-000004", "final"]);
        observer.Evaluations[0].Samples.ShouldBe(8);
        EvaluationFile.Read(Path.Combine(folder, "evaluations", "final.jsonl")).Count.ShouldBe(8 + (3 * 2));
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).ToList();
        metrics.Select(m => m.Step).ShouldBe([1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5]);
        metrics[0].Values["sft/loss"].ShouldBeGreaterThan(metrics[6].Values["sft/loss"]);
        foreach (var name in new[] { "rl/reward_mean", "rl/accuracy", "rl/all_steps_right", "rl/truncated", "rl/frac_reward_zero_std", "rl/trained_samples" }) metrics[^1].Values.Keys.ShouldContain(name);
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName), step: 1).ToList();
        samples.Count.ShouldBeGreaterThanOrEqualTo(16);
        samples.ShouldAllBe(s => s.BehaviourLogp != null && s.BehaviourLogp.Count == s.Tokens.Count);
        TrainRecipe.Read(Path.Combine(folder, RunFolder.RecipeFile)).Reinforcement.Options.EpsilonHigh.ShouldBe(0.28);
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, RunFolder.InfoFile))).RootElement.GetProperty("device").GetString()!.ShouldStartWith("cpu float32");

        using var again = TrainingRun.Resume(folder);
        again.Execute().ShouldBe(RunOutcome.Completed);
    }

    [Fact]
    public void How_the_makers_of_a_model_would_sample_is_ignored_with_a_notice()
    {
        var recipe = TinyRun.Recipe() with { Evaluation = new EvaluationRecipe { Problems = 0, MaxTokens = 48 } };
        recipe = recipe with { Reinforcement = recipe.Reinforcement with { Steps = 1 } };
        var observer = new StepObserver((_, _) => { });
        var plain = TinyRun.Start(recipe, _folder.File("plain"), observer: observer);
        observer.Notices.ShouldNotContain(n => n.Contains(GenerationConfiguration.FileName));
        var from = Path.Combine(plain, RunFolder.CheckpointsFolder, RunFolder.Base);
        recipe = recipe with { Model = recipe.Model with { From = from }, Supervised = recipe.Supervised with { Tokens = 0 } };
        var expected = TinyRun.Start(recipe, _folder.File("expected"));
        (GenerationConfiguration.Load(from) with { TopK = 3, RepetitionPenalty = 1.5 }).Save(from);
        var actual = TinyRun.Start(recipe, _folder.File("actual"), observer: observer);
        observer.Notices.ShouldContain(n => n.Contains("top_k, repetition_penalty: ignored"));
        File.ReadAllText(Path.Combine(actual, MetricsStream.MetricsFile)).ShouldBe(File.ReadAllText(Path.Combine(expected, MetricsStream.MetricsFile)));
    }

    [Fact]
    public void A_second_run_in_a_folder_is_refused()
    {
        var folder = _folder.File("run");
        using (TrainingRun.Start(TinyRun.Recipe(), folder))
            Should.Throw<UserError>(() => TrainingRun.Resume(folder)).Message.ShouldContain("in use by process");
        Should.Throw<UserError>(() => TrainingRun.Start(TinyRun.Recipe(), folder)).Message.ShouldContain("resume");
        Should.Throw<UserError>(() => TrainingRun.Resume(_folder.File("nothing"))).Message.ShouldContain("no such run");
    }

    private static void TimingsHaveTheSameSteps(string folder, string expected) =>
        MetricsStream.Read(Path.Combine(folder, MetricsStream.TimingsFile)).Select(t => t.Step).ShouldBe(MetricsStream.Read(Path.Combine(expected, MetricsStream.TimingsFile)).Select(t => t.Step));
}
