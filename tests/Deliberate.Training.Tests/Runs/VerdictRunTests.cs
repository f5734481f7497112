using System.Collections.Concurrent;
using System.Globalization;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>What whole runs make of verdicts: accuracy decides what is kept, being unreadable pays nothing, the verifier's own failures touch nobody.</summary>
public sealed class VerdictRunTests
{
    private const string Stage = """
        problems: { train: [problems.jsonl], verifier: { name: {judge}, max_error_share: 1 } }
        evaluation: { problems: 0 }

        """;

    [Fact]
    public void Dynamic_sampling_drops_groups_that_are_all_wrong_however_they_are_shaped()
    {
        using var run = new JudgedRun(sample => Verdict.Fail("wrong", 0.01 * sample.Attempt) with { Scores = [new("length", sample.Completion.Length)] });
        run.Train(Stage + "reinforcement: { steps: 2, prompts: 4, samples: 4, max_tokens: 6, temperature: 0.5, dynamic_sampling: true, resampling_rounds: 1, rewards: { components: { length: 0.1 } } }\n");
        var samples = run.Samples;
        samples.Count.ShouldBe(2 * 2 * 4 * 4);
        samples.ShouldAllBe(s => !s.Trained && s.Advantage == 0);
        samples.Select(s => s.Reward).Distinct().Count().ShouldBeGreaterThan(4, "the reward is shaped, and still decides nothing");
        run.Metrics.Where(m => m.Values.ContainsKey("rl/accuracy")).ShouldAllBe(m => m.Values["rl/trained_samples"] == 0 && m.Values["rl/resampled_groups"] == 4);
        File.ReadAllBytes(Weights(run, RunFolder.Final)).ShouldBe(File.ReadAllBytes(Weights(run, RunFolder.Base)));
    }

    [Fact]
    public void Dynamic_sampling_keeps_a_group_of_right_and_wrong_answers()
    {
        using var run = new JudgedRun(sample => sample.Attempt == 1 ? Verdict.Pass() : sample.Attempt == 2 ? Verdict.Unscored("?") : Verdict.Fail("wrong"));
        run.Train(Stage + "reinforcement: { steps: 1, prompts: 4, samples: 4, max_tokens: 6, temperature: 0.5, dynamic_sampling: true }\n");
        run.Samples.Count.ShouldBe(16);
        run.Samples.ShouldAllBe(s => s.Trained);
    }

    [Fact]
    public void Unreadable_answers_get_the_worst_score_keep_their_components_and_ring()
    {
        var asked = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var run = new JudgedRun(sample =>
        {
            asked.AddOrUpdate(string.Create(CultureInfo.InvariantCulture, $"{sample.Problem.Index}/{sample.Attempt}"), 1, (_, n) => n + 1);
            return sample.Attempt switch
            {
                0 => Verdict.Pass(),
                1 => Verdict.Fail("wrong", -1.5) with { Scores = [new("format", 0)] },
                _ => Verdict.Unscored("no number in it") with { Scores = [new("format", sample.Attempt == 2 ? 1 : -1)] },
            };
        });
        run.Train(Stage + "reinforcement: { steps: 3, prompts: 2, samples: 5, max_tokens: 6, temperature: 0.5, rewards: { components: { format: 0.25 } } }\n");
        foreach (var group in run.Samples.Chunk(5))
        {
            group.Select(s => s.Reward).ShouldBe([1, -1.5, -1.5, -1.75, -1.75]);
            group[2].Rewards.Select(r => (r.Key, r.Value)).ShouldBe([("correct", 0), ("all_steps_right", 0), ("score", -1.5), ("unreadable", -0.25), ("components/format", 1)]);
            group[2].Reason.ShouldBe("no number in it");
            group[2].Advantage.ShouldBe(group[1].Advantage);
            group[3].Advantage.ShouldBeLessThan(group[1].Advantage);
        }

        // One more try for those that could not be read, and for no others.
        asked.ShouldAllBe(a => a.Value == (a.Key.EndsWith("/0", StringComparison.Ordinal) || a.Key.EndsWith("/1", StringComparison.Ordinal) ? 1 : 2));
        run.Metrics[^1].Values["rl/unscored"].ShouldBe(0.6, 1e-12);
        run.Observer.Notices.ShouldContain(n => n.Contains("ALARM unreadable: 60% of the samples have no answer that could be read", StringComparison.Ordinal) && n.Contains("answer_format", StringComparison.Ordinal));
    }

    [Fact]
    public void A_failure_that_passes_leaves_no_trace()
    {
        var asked = new ConcurrentDictionary<(long, int), int>();
        const string Recipe = "reinforcement: { steps: 2, prompts: 4, samples: 4, max_tokens: 6, temperature: 0.5 }\n";
        using var run = new JudgedRun(sample => Judged(sample));
        run.Train(Stage + Recipe);
        var expected = run.Folder.Root;
        using var shaky = new JudgedRun(sample => asked.AddOrUpdate((sample.Problem.Index, sample.Attempt), 1, (_, n) => n + 1) % 3 != 0 ? throw new IOException("no connection") : Judged(sample));
        shaky.Train(Stage + Recipe);
        File.ReadAllBytes(Path.Combine(shaky.Folder.Root, SampleStore.FileName)).ShouldBe(File.ReadAllBytes(Path.Combine(expected, SampleStore.FileName)));
        File.ReadAllBytes(Path.Combine(shaky.Folder.Root, MetricsStream.MetricsFile)).ShouldBe(File.ReadAllBytes(Path.Combine(expected, MetricsStream.MetricsFile)));
        shaky.Train(Stage.Replace("max_error_share: 1", "max_error_share: 1, retries: 1", StringComparison.Ordinal) + Recipe).Samples.ShouldContain(s => s.Outcome == SampleOutcome.HarnessError);

        static Verdict Judged(Sample sample) => sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong");
    }

    [Fact]
    public void Groups_with_fewer_than_two_judged_samples_are_dropped_and_counted_and_failures_ring()
    {
        using var run = new JudgedRun(sample =>
            sample.Problem.Index % 2 == 0 && sample.Attempt > 0 ? throw new IOException("no connection") : sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong"));
        run.Train(Stage + "reinforcement: { steps: 4, prompts: 6, samples: 3, max_tokens: 6, temperature: 0.5 }\n");
        foreach (var group in run.Samples.Chunk(3))
        {
            var isDropped = group[1].Outcome == SampleOutcome.HarnessError;
            group.ShouldAllBe(s => s.Trained == !isDropped && (!isDropped || s.Advantage == 0));
            group[1].Reason.ShouldBe(isDropped ? "IOException: no connection" : null);
        }

        var steps = run.Metrics.Where(m => m.Values.ContainsKey("rl/harness_error_share")).ToArray();
        var dropped = steps.Sum(m => m.Values.GetValueOrDefault("rl/unjudged_groups"));
        dropped.ShouldBeInRange(1, 23);
        dropped.ShouldBe(run.Samples.Count(s => s.Outcome == SampleOutcome.HarnessError) / 2.0);
        steps.Sum(m => m.Values["rl/harness_error_share"] * 18).ShouldBe(2 * dropped, 1e-9);
        steps.Sum(m => m.Values["rl/trained_samples"]).ShouldBe(3 * (24 - dropped));
        run.Observer.Notices.ShouldContain(n => n.Contains("ALARM harness_errors: the verifier failed on", StringComparison.Ordinal) && n.Contains("deliberate verify", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_whose_every_verdict_fails_ends_with_finite_numbers_and_no_change()
    {
        using var run = new JudgedRun(_ => throw new IOException("no connection"));
        run.Train(Stage.Replace("problems: 0", "problems: 4, max_tokens: 6", StringComparison.Ordinal) + "reinforcement: { steps: 3, prompts: 2, samples: 3, max_tokens: 6, curriculum: { kind: promotion, levels: [1, 2], window: 1 } }\n");
        run.Metrics.ShouldAllBe(m => m.Values.Values.All(double.IsFinite));
        run.Observer.Notices.ShouldContain(n => n.Contains("ALARM harness_errors", StringComparison.Ordinal));
        File.ReadAllBytes(Weights(run, RunFolder.Final)).ShouldBe(File.ReadAllBytes(Weights(run, RunFolder.Base)));
        RunReport.Write(Path.Combine(run.Folder.Root, "report.html"), "test", run.Folder.Root);
    }

    [Fact]
    public void Expert_iteration_imitates_what_was_judged_right_and_says_what_was_not_judged()
    {
        using var run = new JudgedRun(sample => sample.Attempt switch { 0 => Verdict.Pass(), 1 => Verdict.Unscored("?") with { Scores = [new("format", 1)] }, 2 => throw new IOException("no connection"), _ => Verdict.Fail("wrong") });
        run.Train(Stage + "reinforcement: { steps: 0 }\nexpert_iteration: { rounds: 1, prompts: 4, samples: 4, max_tokens: 6, temperature: 0.5, batch_tokens: 200, deduplicate: false }\n");
        run.Samples.Where(s => s.Trained).ShouldAllBe(s => s.Sample == 0);
        run.Samples.Where(s => s.Sample == 1).ShouldAllBe(s => s.Reward == 0 && s.Rewards.Any(r => r.Key == "components/format"));
        run.Samples.Where(s => s.Sample == 2).ShouldAllBe(s => double.IsNaN(s.Reward));
        run.Observer.Notices.ShouldContain(n => n.Contains("4 of 12 completions are right, 4 have no answer that could be read, 4 could not be judged;", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_with_every_kind_of_verdict_goes_on_to_the_same_bits()
    {
        var sections = Stage.Replace("problems: 0", "problems: 3, max_tokens: 6", StringComparison.Ordinal) + "reinforcement: { steps: 4, prompts: 3, samples: 5, max_tokens: 6, dynamic_sampling: true, overlong: { cache: 3 }, rewards: { components: { format: 0.25 } } }\n";
        using var run = new JudgedRun(sample => (((7 * sample.Problem.Index) + (3 * sample.Attempt) + sample.Completion.Length) % 5) switch
        {
            0 => Verdict.Pass(),
            1 => Verdict.Unscored("?") with { Scores = [new("format", 1)] },
            2 => throw new IOException("no connection"),
            _ => Verdict.Fail("wrong", -1.5) with { Scores = [new("format", 0.5)] },
        });
        run.Train(sections);
        var folder = run.File("stopped");
        using var stop = new CancellationTokenSource();
        var observer = new StepObserver((stage, step) =>
        {
            if ((stage, step) == (RunStage.Reinforcement, 2)) stop.Cancel();
        });
        using (var stopped = TrainingRun.Start(run.RecipeOf(sections), folder, 1, observer)) stopped.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        using (var resumed = TrainingRun.Resume(folder, 1)) resumed.Execute().ShouldBe(RunOutcome.Completed);
        TinyRun.ShouldEqual(folder, run.Folder.Root);
        StepReplay.Run(folder, 3, threads: 1).IsSame.ShouldBeTrue();
    }

    private static string Weights(JudgedRun run, string checkpoint) => Path.Combine(run.Folder.Checkpoint(checkpoint), "model.safetensors");
}
