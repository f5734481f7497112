using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Whole runs on data and problems of the user's.</summary>
public sealed class OwnDataRunTests : IDisposable
{
    private const string Model = "model: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { vocabulary: 270 } }\n";
    private const string Short = "micro_batch_tokens: 256\n";
    private const string Learning = "reinforcement: { steps: 3, prompts: 4, samples: 4, max_tokens: 6 }\nevaluation: { problems: 4, quick_problems: 3, max_tokens: 6, every: 2 }\ncheckpoint: { every: 1, keep_last: 9 }\n";

    private readonly TemporaryFolder _folder = new();

    public OwnDataRunTests()
    {
        Write("chats.jsonl", Enumerable.Range(0, 40).Select(i => $"{{\"messages\": [{{\"role\": \"user\", \"content\": \"{i}\"}}, {{\"role\": \"assistant\", \"content\": \"{i + 1}\"}}]}}"));
        Write("sums.jsonl", Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"completion\": \"{i + 1}\"}}"));
        Write("problems.jsonl", Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"{i}+1=\", \"answer\": {i + 1}, \"id\": \"p{i}\", \"level\": {1 + (i % 2)}}}"));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Imitation_of_conversations_learns_them_and_keeps_their_form()
    {
        var folder = Train("supervised: { data: [chats.jsonl], tokens: 12000, batch_tokens: 400, validation: 0.1, validation_every: 10, optimizer: { kind: adamw, learning_rate: 0.01 } }\n");
        var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).ToList();
        metrics[^1].Values["sft/loss"].ShouldBeLessThan(metrics[0].Values["sft/loss"] * 0.8);
        metrics.Count(m => m.Values.ContainsKey("sft/validation_loss")).ShouldBe(3);
        using var model = Models.PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Final));
        model.Text.ChatTemplate!.Source.ShouldContain("assistant");
        File.Exists(new RunFolder(folder).Evaluation(RunFolder.Base)).ShouldBeFalse();
        RunReport.Write(Path.Combine(folder, "report.html"), "test", folder);
        File.ReadAllText(Path.Combine(folder, "report.html")).ShouldContain("chats.jsonl");
    }

    [Fact]
    public void Passes_over_the_data_become_tokens_in_the_runs_recipe()
    {
        var folder = Train("supervised: { data: [sums.jsonl], epochs: 2, batch_tokens: 100, validation: 0, optimizer: { kind: adamw } }\n");
        var recipe = TrainRecipe.Read(new RunFolder(folder).Recipe);
        var examples = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Last().Values["sft/examples"];
        examples.ShouldBeInRange(110, 130);
        recipe.Supervised.Tokens.ShouldBeLessThan(2000);
    }

    [Fact]
    public void As_many_passes_are_trained_as_were_asked_for_though_a_batch_is_hardly_more_than_an_example()
    {
        var folder = Train("supervised: { data: [sums.jsonl], epochs: 2, batch_tokens: 10, validation: 0, optimizer: { kind: adamw } }\n");
        MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Last().Values["sft/examples"].ShouldBeInRange(117, 123);
    }

    [Fact]
    public void A_corpus_and_data_mix_and_a_run_that_stops_goes_on_to_the_same_bits()
    {
        var recipe = Recipe("family: { name: arithmetic-mod10, levels: [2] }\nsupervised: { data: [sums.jsonl, chats.jsonl], weights: [1.5, 0.5], family_share: 0.5, tokens: 2400, batch_tokens: 400, optimizer: { kind: adamw } }\nproblems: { train: [problems.jsonl], grader: numeric, answer_format: whole }\n" + Learning);
        var whole = _folder.File("whole");
        using (var run = TrainingRun.Start(recipe, whole, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
        foreach (var (stage, at) in new[] { (RunStage.Supervised, 3), (RunStage.Reinforcement, 2) })
        {
            var folder = _folder.File($"stopped-{stage}");
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((s, step) =>
            {
                if ((s, step) == (stage, at)) stop.Cancel();
            });
            using (var run = TrainingRun.Start(recipe, folder, 1, observer)) run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
            using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
            TinyRun.ShouldEqual(folder, whole);
        }
    }

    [Fact]
    public void A_file_that_has_changed_since_is_refused()
    {
        var recipe = Recipe("supervised: { data: [sums.jsonl], tokens: 2000, batch_tokens: 100 }\n");
        using var stop = new CancellationTokenSource();
        var observer = new StepObserver((_, step) =>
        {
            if (step == 2) stop.Cancel();
        });
        var folder = _folder.File("run");
        using (var run = TrainingRun.Start(recipe, folder, 1, observer)) run.Execute(stop.Token);
        File.AppendAllText(_folder.File("sums.jsonl"), "{\"prompt\": \"a\", \"completion\": \"b\"}\n");
        var error = Should.Throw<UserError>(() => TrainingRun.Resume(folder, 1));
        error.File.ShouldBe(_folder.File("sums.jsonl"));
        error.Message.ShouldContain("has changed since the run began");
    }

    [Fact]
    public void Problems_are_graded_by_our_graders_and_their_outcomes_are_kept()
    {
        var folder = Train("supervised: { data: [sums.jsonl], tokens: 4000, batch_tokens: 400, optimizer: { kind: adamw } }\nproblems: { train: [problems.jsonl], grader: numeric, answer_format: whole }\n" + Learning);
        var graded = EvaluationFile.Read(new RunFolder(folder).Evaluation(RunFolder.Final));
        graded.Select(g => g.Problem.Index).Distinct().Count().ShouldBe(4);
        graded.ShouldAllBe(g => g.Problem.Split == Split.Test && g.Problem.Family == "problems");
        graded.ShouldAllBe(g => g.Outcome == SampleOutcome.Pass || g.Outcome == SampleOutcome.Fail || g.Outcome == SampleOutcome.Unscored);
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToList();
        samples.Count.ShouldBe(3 * 4 * 4);
        var drawn = samples.Select(s => s.Problem).Distinct().ToList();
        drawn.Count.ShouldBe(12);
        // What cannot be read earns nothing, and is told apart.
        samples.Where(s => s.Outcome == SampleOutcome.Unscored).ShouldAllBe(s => s.Reward == 0);
        RunReport.Write(Path.Combine(folder, "report.html"), "test", folder);
        var report = File.ReadAllText(Path.Combine(folder, "report.html"));
        report.ShouldContain("Problems of your own from problems.jsonl");
        report.ShouldContain("no step is checked");
    }

    [Fact]
    public void A_verifier_registered_by_name_decides_and_gives_components()
    {
        var seen = 0;
        VerifierRegistry.Register("test-run", () => new Judge(sample =>
        {
            Interlocked.Increment(ref seen);
            return Verdict.Pass(0.5) with { Scores = [new("length", sample.Completion.Length), new("correct", 7), new("rl/accuracy", 8), new("step", sample.Attempt), new("", 9)] };
        }));
        try
        {
            var folder = Train("supervised: { data: [sums.jsonl], tokens: 1000, batch_tokens: 400 }\nproblems: { train: [problems.jsonl], verifier: { name: test-run } }\n" + Learning.Replace("max_tokens: 6 }", "max_tokens: 6, rewards: { correct: 2, components: { length: 0.01 } } }", StringComparison.Ordinal));
            var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToList();
            samples.ShouldAllBe(s => Math.Abs(s.Reward - (2 * 0.5) - (0.01 * s.Text.Length)) < 1e-9);
            samples[0].Rewards.Select(r => r.Key).ShouldBe(["correct", "all_steps_right", "score", "components/length", "components/correct", "components/rl/accuracy", "components/step", "components/"]);
            var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Last();
            metrics.Step.ShouldBe(3);
            metrics.Values["rl/accuracy"].ShouldBe(1);
            metrics.Values["rl/components/correct"].ShouldBe(7);
            metrics.Values["rl/components/rl/accuracy"].ShouldBe(8);
            metrics.Values["rl/components/step"].ShouldBe(1.5);
            metrics.Values["rl/components/"].ShouldBe(9);
            // 3 steps of 16, evaluations of 4, 3 and 4.
            seen.ShouldBe(48 + 11);
        }
        finally
        {
            VerifierRegistry.Remove("test-run");
        }
    }

    [Fact]
    public void Samples_that_a_verifier_fails_on_are_left_out_counted_and_told()
    {
        VerifierRegistry.Register("test-failing", () => new Judge(sample => sample.Attempt == 3 ? throw new InvalidOperationException("broken") : sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong")));
        try
        {
            var observer = new StepObserver((_, _) => { });
            var folder = _folder.File("run");
            using (var run = TrainingRun.Start(Recipe("supervised: { data: [sums.jsonl], tokens: 1000, batch_tokens: 400 }\nproblems: { train: [problems.jsonl], verifier: { name: test-failing, max_error_share: 0.3 } }\n" + Learning), folder, 1, observer)) run.Execute().ShouldBe(RunOutcome.Completed);
            observer.Notices.Count(n => n.Contains("InvalidOperationException: broken", StringComparison.Ordinal)).ShouldBe(3);
            observer.Notices.ShouldContain(n => n.Contains("sample 3", StringComparison.Ordinal) && n.Contains("test judge", StringComparison.Ordinal));
            var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToList();
            var failed = samples.Where(s => s.Sample == 3).ToList();
            failed.ShouldAllBe(s => s.Outcome == SampleOutcome.HarnessError && !s.Trained && double.IsNaN(s.Reward) && s.Advantage == 0);
            // The others' mean is theirs alone: one of three is right.
            samples.Where(s => s.Sample == 0).ShouldAllBe(s => Math.Abs(s.Advantage - 1.1547) < 0.001);
            var metrics = MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Last().Values;
            metrics["rl/harness_error_share"].ShouldBe(0.25);
            metrics["rl/accuracy"].ShouldBe(1.0 / 3, 1e-9);
            metrics["rl/trained_samples"].ShouldBe(12);
        }
        finally
        {
            VerifierRegistry.Remove("test-failing");
        }
    }

    [Fact]
    public void Too_many_failures_stop_the_run_with_advice_and_what_was_done_is_kept()
    {
        var isBroken = false;
        VerifierRegistry.Register("test-breaking", () => new Judge(sample => isBroken ? throw new InvalidOperationException("broken") : sample.Attempt == 0 ? Verdict.Pass() : Verdict.Fail("wrong")));
        try
        {
            var folder = _folder.File("run");
            var recipe = Recipe("supervised: { data: [sums.jsonl], tokens: 1000, batch_tokens: 400 }\nproblems: { train: [problems.jsonl], verifier: { name: test-breaking } }\n" + Learning.Replace("every: 1,", "every: 50,", StringComparison.Ordinal));
            var observer = new StepObserver((stage, step) => isBroken |= (stage, step) == (RunStage.Reinforcement, 1));
            using (var run = TrainingRun.Start(recipe, folder, 1, observer))
            {
                var error = Should.Throw<UserError>(() => run.Execute());
                error.Message.ShouldContain("16 of 16 samples could not be verified");
                error.Message.ShouldContain("max_error_share");
            }

            new RunFolder(folder).Checkpoints().ShouldContain("rl-000001");
            isBroken = false;
            using (var run = TrainingRun.Resume(folder, 1)) run.Execute().ShouldBe(RunOutcome.Completed);
        }
        finally
        {
            VerifierRegistry.Remove("test-breaking");
        }
    }

    [Fact]
    public void A_command_verifies_in_a_run()
    {
        if (!OperatingSystem.IsLinux()) return;
        File.WriteAllText(_folder.File("check.sh"), """
            while read -r line; do
              id=$(printf '%s' "$line" | sed 's/^{"id":"\([0-9]*\)".*/\1/')
              echo "{\"id\": \"$id\", \"score\": $((id % 2))}"
            done
            """);
        var folder = Train("supervised: { data: [sums.jsonl], tokens: 1000, batch_tokens: 400 }\nproblems: { train: [problems.jsonl], verifier: { command: [sh, check.sh], mode: worker, parallel: 2 } }\n" + Learning);
        MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Last().Values["rl/accuracy"].ShouldBe(0.5, 1e-9);
    }

    [Fact]
    public void Expert_iteration_and_a_curriculum_work_on_the_users_problems()
    {
        VerifierRegistry.Register("test-even", () => new Judge(sample => sample.Attempt % 2 == 0 ? Verdict.Pass() : Verdict.Fail("odd")));
        try
        {
            var folder = Train("supervised: { data: [sums.jsonl], tokens: 1000, batch_tokens: 400 }\nproblems: { train: [problems.jsonl], verifier: { name: test-even } }\nexpert_iteration: { rounds: 1, prompts: 4, samples: 4, max_tokens: 6, batch_tokens: 200 }\n"
                + "reinforcement: { steps: 4, prompts: 4, samples: 4, max_tokens: 6, curriculum: { kind: promotion, levels: [1, 2], window: 2, threshold: 0.4, rehearsal: 0 } }\nevaluation: { problems: 4, max_tokens: 6, every: 0 }\n");
            var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToList();
            samples.Count(s => s.Stage == RunStage.ExpertIteration).ShouldBe(16);
            samples.Where(s => s.Stage == RunStage.Reinforcement).Select(s => s.Problem.Split('/')[1]).Chunk(16).Select(c => c.Distinct().Single()).ShouldBe(["1", "1", "2", "2"]);
        }
        finally
        {
            VerifierRegistry.Remove("test-even");
        }
    }

    [Theory]
    [InlineData("problems: { train: [nothing.jsonl], grader: math }\n", "no such file")]
    [InlineData("problems: { train: [problems.jsonl], verifier: { name: nothing } }\n", "no verifier \"nothing\"")]
    [InlineData("problems: { train: [problems.jsonl], verifier: { command: [no-such-program] } }\n", "no-such-program")]
    [InlineData("problems: { train: [problems.jsonl], grader: choice }\n", "not a letter")]
    [InlineData("problems: { train: [one.jsonl] }\n", "held out")]
    [InlineData("problems: { train: [problems.jsonl] }\nmodel: { hidden: 16, layers: 1, heads: 2, intermediate: 16, context: 48, tokenizer: { kind: family } }\n", "no token for the character")]
    public void What_is_wrong_with_the_problems_is_known_before_the_run(string problems, string says)
    {
        Write("one.jsonl", ["{\"prompt\": \"1+1=\", \"answer\": \"2\"}"]);
        Write("problems.jsonl", Enumerable.Range(0, 60).Select(i => $"{{\"prompt\": \"add {i}\", \"answer\": {i + 1}}}"));
        var model = problems.Contains("model:", StringComparison.Ordinal) ? "" : Model;
        var recipe = TrainRecipe.Parse("name: own\n" + Short + model + problems + Learning, _folder.File("recipe.yaml"));
        var folder = _folder.File("run");
        var error = Should.Throw<UserError>(() =>
        {
            using var run = TrainingRun.Start(recipe, folder, 1);
        });
        error.Message.ShouldContain(says);
        new RunFolder(folder).Checkpoints().ShouldBeEmpty();
    }

    private TrainRecipe Recipe(string text) => TrainRecipe.Parse("name: own\n" + Short + Model + text, _folder.File("recipe.yaml"));

    private string Train(string text)
    {
        var folder = _folder.File("run" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture)[..8]);
        using var run = TrainingRun.Start(Recipe(text), folder, 1);
        run.Execute().ShouldBe(RunOutcome.Completed);
        return folder;
    }

    private void Write(string name, IEnumerable<string> lines) => File.WriteAllLines(_folder.File(name), lines);

    private sealed class Judge(Func<Sample, Verdict> judge) : IScorer
    {
        public string Name => "test judge";

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) => new([.. samples.Select(judge)]);
    }
}
