using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Training.Tests;

/// <summary>Learning from a larger model, as a recipe asks for it: by its samples and by comparison, to the same bits after any stop, and what is refused.</summary>
public sealed class DistillationRunTests(TrainedBase trained)
{
    private string Taught => $"teacher: {{ from: \"{trained.Larger}\" }}";

    [Fact]
    public void Compared_with_the_teacher_on_its_own_samples_the_model_comes_nearer()
    {
        var folder = trained.Run(trained.Recipe("objective: reinforce\nadvantage: reverse_kl", Taught).Reinforced(r => r with { Steps = 30, Prompts = 16 }));
        double[] kl = [.. Metrics(folder).Select(m => m["rl/teacher_kl"])];
        kl.Length.ShouldBe(30);
        kl.TakeLast(5).Average().ShouldBeLessThan(0.5 * kl.Take(5).Average());
        // Rewards are measured, and move nothing.
        var again = trained.Run(trained.Recipe("objective: reinforce\nadvantage: reverse_kl\nrewards: [{ kind: format, weight: 3 }]", Taught).Reinforced(r => r with { Steps = 30, Prompts = 16 }));
        TrainedBase.Weights(again).ShouldBe(TrainedBase.Weights(folder));
        Metrics(again).ShouldAllBe(m => m.ContainsKey("rl/reward/format"));
    }

    [Fact]
    public void A_comparison_that_was_stopped_after_each_step_and_each_step_trained_again_end_in_the_same_bits()
    {
        var recipe = trained.Recipe("objective: ppo\nadvantage: reverse_kl\niterations: 2\nupdates: 2", Taught + "\ncheckpoint: { every: 1, keep_last: 9 }").Reinforced(r => r with { Steps = 3 });
        var whole = trained.Run(recipe);
        for (var step = 1; step <= 3; step++)
        {
            var replay = StepReplay.Run(whole, step, 1);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty($"step {step}");
            (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0), $"step {step}");
        }

        TinyRun.ShouldEqual(Stopped(recipe), whole);
    }

    [Theory]
    [InlineData("right")]
    [InlineData("all")]
    public void Samples_of_the_teacher_are_imitated_to_the_same_bits_after_any_stop(string keep)
    {
        var recipe = trained.Recipe("", Taught + $"\nexpert_iteration: {{ rounds: 2, prompts: 24, samples: 4, max_tokens: 6, batch_tokens: 150, sampler: teacher, keep: {keep} }}").Reinforced(r => r with { Steps = 0 });
        var whole = trained.Run(recipe);
        SampleRecord[] samples = [.. SampleStore.Read(Path.Combine(whole, SampleStore.FileName))];
        samples.ShouldContain(s => s.Trained);
        if (keep == "right") samples.Where(s => s.Trained).ShouldAllBe(s => SampleRecord.Find(s.Rewards, RewardNames.Correct) == 1);
        else samples.ShouldContain(s => s.Trained && SampleRecord.Find(s.Rewards, RewardNames.Correct) == 0);
        // They are the teacher's, by its own log-probabilities, in the second round too.
        using var device = Device.Cpu(1);
        using var teacher = Teacher.Load(recipe, device);
        PolicySample[] drawn = [.. samples.Select(s => new PolicySample([.. s.PromptTokens], new Rollout([.. s.Tokens], [.. s.Logp], [.. s.Logp], FinishReason.Stop), 0))];
        var logp = new double[drawn.Sum(s => s.Rollout.Tokens.Length)];
        teacher.Score(drawn, PolicyScorer.Offsets(drawn), logp, []);
        logp.Select(l => (float)l).ShouldBe(samples.SelectMany(s => s.Logp));
        TrainedBase.Weights(whole).ShouldNotBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
        TinyRun.ShouldEqual(Stopped(recipe), whole);
    }

    [Theory]
    [InlineData("teacher", 1, 0.5)]
    [InlineData("policy", 2, 1)]
    public void The_teachers_distributions_are_learned_to_the_same_bits_after_any_stop(string sampler, int rounds, double temperature)
    {
        var recipe = trained.Recipe("", Taught + FormattableString.Invariant($"\nexpert_iteration: {{ rounds: {rounds}, prompts: 48, samples: 4, max_tokens: 6, batch_tokens: {(rounds == 1 ? 150 : 500)}, temperature: {temperature}, sampler: {sampler}, labels: soft, keep: all, epochs: {4 - rounds} }}")).Reinforced(r => r with { Steps = 0 });
        var whole = trained.Run(recipe);
        double[] divergence = [.. MetricsStream.Read(Path.Combine(whole, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("ei/loss")).Select(m => m.Values["ei/loss"])];
        divergence.ShouldAllBe(d => d > 0);
        divergence.TakeLast(5).Average().ShouldBeLessThan(0.7 * divergence.Take(5).Average());
        TrainedBase.Weights(whole).ShouldNotBe(TrainedBase.Weights(trained.Run(recipe with { ExpertIteration = recipe.ExpertIteration with { Labels = LabelKind.Hard, Keep = KeepSamples.Right } })));
        var facts = RunFacts.Read(new RunFolder(whole))!.Teacher.ShouldNotBeNull();
        (facts.Samples, facts.Labels, facts.Compares).ShouldBe((sampler == "teacher", true, false));
        string.Join(' ', RunReport.Build(whole).Chapters.SelectMany(chapter => chapter.Prose)).ShouldContain("its distribution over the next token was learned");
        TinyRun.ShouldEqual(Stopped(recipe), whole);
    }

    [Fact]
    public void A_teacher_that_is_not_there_is_named_by_its_key()
    {
        var error = Should.Throw<UserError>(() => Planner.Plan(trained.Recipe("advantage: reverse_kl", "teacher: { from: no-such-folder }")));
        error.Field.ShouldBe("teacher.from");
        error.Message.ShouldContain("no-such-folder");
    }

    [Fact]
    public void Facts_and_report_say_from_whom_and_how_it_was_learned()
    {
        var recipe = trained.Recipe("objective: reinforce\nadvantage: reverse_kl", Taught + "\nexpert_iteration: { rounds: 1, prompts: 8, samples: 4, max_tokens: 6, sampler: teacher, keep: all }").Reinforced(r => r with { Steps = 1 });
        var folder = trained.Run(recipe);
        var facts = RunFacts.Read(new RunFolder(folder))!.Teacher.ShouldNotBeNull();
        (facts.Path, facts.Layers, facts.Hidden, facts.Samples, facts.Compares).ShouldBe((trained.Larger, 3, 48, true, true));
        facts.Identity.ShouldBe(ModelIdentity.Of(trained.Larger).Id);
        var prose = string.Join(' ', RunReport.Build(folder).Chapters.SelectMany(chapter => chapter.Prose));
        prose.ShouldContain("(3 layers of width 48): its samples were imitated, and the model was compared with it, token by token, on samples of its own.");
        prose.ShouldContain("x 4 samples of the teacher at temperature 1. Each keeps at most 4 completions a problem");
        prose.ShouldContain("Rewards are measured and not learned from.");
        RunReport.Build(folder).Subtitle.ShouldEndWith("towards a teacher.");
    }

    [Fact]
    public void Another_teacher_than_the_run_began_with_is_refused_with_both_identities()
    {
        var teacher = trained.NewFolder();
        Copy(trained.Larger, teacher);
        var recipe = trained.Recipe("advantage: reverse_kl", $"teacher: {{ from: \"{teacher}\" }}\ncheckpoint: {{ every: 1 }}");
        var folder = trained.NewFolder();
        using (var stop = new CancellationTokenSource())
        using (var run = TrainingRun.Start(recipe, folder, 1, new StepObserver((_, _) => stop.Cancel()))) run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        var (began, other) = (ModelIdentity.Of(teacher).Id, Replaced(teacher));
        var error = Should.Throw<UserError>(() => TrainingRun.Resume(folder, 1).Dispose());
        error.Field.ShouldBe("teacher.from");
        error.Message.ShouldContain(began);
        error.Message.ShouldContain(other);

        string Replaced(string path)
        {
            Directory.Delete(path, recursive: true);
            var made = TinyRun.Start(TinyRun.ExpertRecipe(steps: 0) with { Seed = 9, ExpertIteration = new ExpertIterationRecipe { Rounds = 0 }, Evaluation = new EvaluationRecipe { Problems = 0 }, Supervised = new SupervisedRecipe { Tokens = 1000, BatchTokens = 500 } }, trained.NewFolder());
            Copy(new RunFolder(made).Checkpoint(RunFolder.Base), path);
            return ModelIdentity.Of(path).Id;
        }
    }

    [Fact]
    public void A_teacher_with_another_vocabulary_is_refused_with_both_hashes()
    {
        using var run = new JudgedRun(_ => Reasoning.Verdict.Pass());
        run.Train("problems: { train: [problems.jsonl], verifier: { name: {judge} } }\nevaluation: { problems: 0 }\nreinforcement: { steps: 0 }\nexpert_iteration: { rounds: 1, prompts: 4, samples: 4, max_tokens: 6 }\n");
        var recipe = trained.Recipe("advantage: reverse_kl", $"teacher: {{ from: \"{run.Folder.Checkpoint(RunFolder.Base)}\" }}");
        var error = Should.Throw<UserError>(() => TrainingRun.Start(recipe, trained.NewFolder(), 1).Dispose());
        error.Field.ShouldBe("teacher.from");
        error.Message.ShouldContain(ModelIdentity.Of(trained.Checkpoint).Tokenizer);
        error.Message.ShouldContain(ModelIdentity.Of(run.Folder.Checkpoint(RunFolder.Base)).Tokenizer);
    }

    [Fact]
    public void A_teacher_that_does_not_fit_is_refused_with_the_numbers()
    {
        var plan = Planner.Plan(trained.Recipe("advantage: reverse_kl", Taught));
        var teacher = plan.Memory.Parts.Single(part => part.Name == "teacher");
        teacher.Bytes.ShouldBeGreaterThan(2 * 4 * 48 * 48);
        Planner.Plan(trained.Recipe("")).Memory.Parts.ShouldNotContain(part => part.Name == "teacher");
        // As if it were a thousand times as large.
        var large = plan with { Memory = new MemoryPlan([.. plan.Memory.Parts.Select(p => p.Name == "teacher" ? p with { Bytes = 64e9 } : p).OrderByDescending(p => p.Bytes)]) };
        var error = Should.Throw<UserError>(() => Planner.Refuse(large, new MachineLimits(16_000_000_000, 1L << 40)));
        error.Message.ShouldContain("this machine has 16 GB (teacher 64 GB");
        error.Advice.ShouldNotBeNull().ShouldContain("smaller teacher");
    }

    [Theory]
    [InlineData("reinforcement: { advantage: reverse_kl }", "reinforcement.advantage", "name one in teacher.from")]
    [InlineData("expert_iteration: { rounds: 1, sampler: teacher }", "expert_iteration.sampler", "name one in teacher.from")]
    [InlineData("expert_iteration: { rounds: 1, labels: soft }", "expert_iteration.labels", "name one in teacher.from")]
    [InlineData("teacher: { from: x }", "teacher", "Nothing learns from the teacher")]
    [InlineData("teacher: {}", "teacher.from", "missing")]
    [InlineData("expert_iteration: { rounds: 1, keep: all }", "expert_iteration.keep", "teaches a model nothing")]
    [InlineData("teacher: { from: x }\nexpert_iteration: { rounds: 1, sampler: teacher, keep: all, every_step_right: true }", "expert_iteration.every_step_right", "Say one of them")]
    [InlineData("teacher: { from: x }\nreinforcement: { advantage: reverse_kl, dynamic_sampling: true }", "reinforcement.dynamic_sampling", "every sample")]
    [InlineData("teacher: { from: x }\nreinforcement: { advantage: reverse_kl, kl: { in_reward: 0.1 } }", "reinforcement.kl", "does not look at rewards")]
    [InlineData("teacher: { from: x }\nreinforcement: { advantage: reverse_kl, objective: gspo }", "reinforcement.advantage", "whole samples")]
    public void What_does_not_go_together_is_refused_by_key(string text, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse("name: a\n" + text, "a.yaml"));
        error.Field.ShouldBe(field, error.Message);
        (error.Message + error.Advice).ShouldContain(says);
        error.Line.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_guide_and_the_shipped_recipes_are_recipes()
    {
        var guide = File.ReadAllText(Repository.Path("docs", "distillation.md"));
        string[] blocks = [.. guide.Split("```yaml\n").Skip(2).Select(block => block[..block.IndexOf("```", StringComparison.Ordinal)])];
        blocks.Length.ShouldBe(3);
        foreach (var block in blocks) TrainRecipe.Parse(block, "distillation.md").Teacher.ShouldNotBeNull();
        foreach (var name in new[] { "larger", "alone", "off-policy", "soft", "on-policy" })
        {
            guide.ShouldContain($"{name}.yaml");
            var recipe = TrainRecipe.Read(Repository.Path("recipes", "distillation", name + ".yaml"));
            Teacher.IsAsked(recipe).ShouldBe(name is not ("larger" or "alone"));
        }
    }

    /// <summary>The folder of a run that was stopped after every step.</summary>
    private string Stopped(TrainRecipe recipe)
    {
        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) return folder;
            starts.ShouldBeLessThan(40);
        }
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private static IReadOnlyDictionary<string, double>[] Metrics(string folder) =>
        [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Where(m => m.Values.ContainsKey("rl/accuracy")).Select(m => m.Values)];
}
