using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Runs that train reward models and learn from preferences: what they learn, what they leave behind, that they go on to the bit.</summary>
public sealed class RewardModelRunTests : IClassFixture<RewardModelRunTests.ArithmeticBase>
{
    private readonly ArithmeticBase _base;

    public RewardModelRunTests(ArithmeticBase arithmetic) => _base = arithmetic;

    [Theory]
    [InlineData("process")]
    [InlineData("outcome")]
    public void A_reward_model_learns_from_labels_and_scores_steps(string kind)
    {
        var folder = _base.Run($"reward_model: {{ kind: {kind} }}", _base.Labels, epochs: 6);
        var metrics = Metrics(folder);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        metrics[^1]["sft/label_accuracy"].ShouldBeInRange(0.5, 1);
        var final = new RunFolder(folder).Checkpoint(RunFolder.Final);
        RewardModelFile.Read(final).Kind.ToString().ToLowerInvariant().ShouldBe(kind);
        // As transformers knows it, and refused where text is wanted.
        File.ReadAllText(Path.Combine(final, "config.json")).ShouldContain("LlamaForTokenClassification");
        Should.Throw<UserError>(() => PretrainedModel.Open(final).Dispose()).Message.ShouldContain("writes no text");
        using var device = Device.Cpu(1);
        using var policy = PretrainedModel.Open(_base.Checkpoint);
        var encoder = new ProblemEncoder(policy.Text);
        using var scorer = RewardScorers.Open(final, encoder, device, 100, NeutralSteps.Positive);
        var problem = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 2, 1, 0);
        int[] Tokens(string text) => encoder.Tokenizer.Encode(text);
        SearchStep[] steps = [new("<think>1+1=2\n", Tokens("<think>1+1=2\n")), new("2+2=4\n", Tokens("2+2=4\n"))];
        var whole = scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps, 0)], CancellationToken.None)[0];
        whole.Scores.ShouldAllBe(s => s > 0 && s < 1);
        // A step alone, behind those that were read before, is the same to the bit and costs its own tokens.
        scorer.Forget();
        scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps[..1], 0)], CancellationToken.None);
        var step = scorer.Score([new StepPath(problem, encoder.Prompt(problem), steps, 1)], CancellationToken.None)[0];
        (step.Scores[0], step.Tokens).ShouldBe((whole.Scores[1], steps[1].Tokens.Length));
        // What ends a solution is not read: labels of whole solutions and of those cut off at a mistake are learned alike.
        SearchStep Answer(int[] end) => new("2+2=4</think>4", [.. Tokens("2+2=4</think>4"), .. end]);
        var asLearned = new StepwiseEncoder(encoder, "\n").Encode(problem.Prompt, ["1+1=2", "2+2=4\n\n# Answer\n\n4"]);
        asLearned.Tokens[asLearned.First..].ShouldBe([.. steps[0].Tokens, .. Answer(Tokens("\n")).Tokens]);
        double[] Ended(int[] end) => scorer.Score([new StepPath(problem, encoder.Prompt(problem), [steps[0], Answer(end)], 0)], CancellationToken.None)[0].Scores;
        Ended([encoder.EndId]).ShouldBe(Ended(Tokens("\n")));
    }

    [Theory]
    [InlineData("process")]
    [InlineData("outcome")]
    public async Task A_head_that_is_trained_alone_is_read_over_the_base_beside_what_it_writes(string kind)
    {
        var folder = _base.Run($"reward_model: {{ kind: {kind}, head_only: true }}", _base.Labels, epochs: 3);
        var metrics = Metrics(folder);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        var final = new RunFolder(folder).Checkpoint(RunFolder.Final);
        using var model = TextModel.Open(_base.Checkpoint, threads: 2, hosting: new ModelHostOptions { Slots = 4 });
        int[][] texts = [.. Enumerable.Range(1, 12).Select(i => model.Tokenizer.Encode(string.Concat(Enumerable.Repeat($"1+{i % 7}=2\n", i))))];

        // The whole reward model by itself.
        using var device = Device.Cpu(1);
        using var opened = PretrainedModel.Open(final, headed: true);
        using var whole = opened.LoadWeights(device, WeightStorage.F32);
        using var reader = new HeadReader(whole, 200);
        var alone = texts.Select(t => reader.Read([new HeadText(t, [.. Enumerable.Range(0, t.Length)])]).Outputs[0]).ToArray();

        using var head = model.LoadHead(final);
        (head.IsOfTokens, head.Outputs).ShouldBe((true, kind == "process" ? 2 : 1));
        var options = new GenerateOptions { MaxTokens = 40, Sampling = new() };
        var expected = model.Generate("3+4=?", options).Text;
        var writing = Enumerable.Range(0, 6).Select(_ => model.GenerateAsync("3+4=?", options, TestContext.Current.CancellationToken)).ToArray();
        var read = await Task.WhenAll(texts.Select(t => model.ReadAsync(t, head, TestContext.Current.CancellationToken)));
        for (var i = 0; i < texts.Length; i++)
            for (var row = 0; row < texts[i].Length; row++) read[i][row].ShouldBe(alone[i][row]);
        (await Task.WhenAll(writing)).ShouldAllBe(w => w.Text == expected);

        await Should.ThrowAsync<OperationCanceledException>(() => model.ReadAsync(texts[0], head, new CancellationToken(canceled: true)));
        await Should.ThrowAsync<UserError>(() => model.ReadAsync(new int[model.Context + 1], head, TestContext.Current.CancellationToken));
        Should.Throw<UserError>(() => model.LoadHead(_base.Checkpoint)).Message.ShouldContain("no head");
        var trained = new RunFolder(_base.Run($"reward_model: {{ kind: {kind} }}", _base.Labels, epochs: 1)).Checkpoint(RunFolder.Final);
        Should.Throw<UserError>(() => model.LoadHead(trained)).Message.ShouldContain("differ first in");
    }

    [Fact]
    public void A_search_scores_over_the_weights_of_its_policy_to_the_same_bits()
    {
        var final = new RunFolder(_base.Run("reward_model: { kind: process, head_only: true }", _base.Labels, epochs: 2)).Checkpoint(RunFolder.Final);
        var trained = new RunFolder(_base.Run("reward_model: { kind: process }", _base.Labels, epochs: 1)).Checkpoint(RunFolder.Final);
        using var device = Device.Cpu(1);
        using var opened = PretrainedModel.Open(_base.Checkpoint);
        using var model = opened.LoadWeights(device, WeightStorage.F32);
        var (policy, encoder) = (new PolicyInMemory(model, _base.Checkpoint), new ProblemEncoder(opened.Text));
        var problem = FamilyRegistry.Get("arithmetic").Generate(Split.Test, 2, 1, 0);
        SearchStep[] steps = [.. new[] { "<think>1+1=2\n", "2+2=4\n" }.Select(t => new SearchStep(t, encoder.Tokenizer.Encode(t)))];
        foreach (var (folder, shares) in new[] { (final, true), (trained, false) })
        {
            using var headed = PretrainedModel.Open(folder, headed: true);
            using (var head = policy.HeadOf(headed)) (head is not null).ShouldBe(shares);
            policy.Is(headed).ShouldBeFalse();
            using var beside = RewardScorers.Open(folder, encoder, device, 100, NeutralSteps.Positive, policy);
            using var alone = RewardScorers.Open(folder, encoder, device, 100, NeutralSteps.Positive);
            StepPath[] path = [new(problem, encoder.Prompt(problem), steps, 0)];
            beside.Score(path, CancellationToken.None)[0].Scores.ShouldBe(alone.Score(path, CancellationToken.None)[0].Scores);
        }

        // The policy asked of its own steps is the one in memory.
        policy.Is(opened).ShouldBeTrue();
    }

    [Fact]
    public void A_language_model_says_labels_behind_steps()
    {
        var folder = _base.Run("reward_model: { kind: process, label_tokens: [\"-\", \"+\"] }", _base.Labels, epochs: 6);
        var metrics = Metrics(folder);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        var final = new RunFolder(folder).Checkpoint(RunFolder.Final);
        using var device = Device.Cpu(1);
        // It is a language model still, and judges like one with a head.
        RewardModelFile.Read(final).LabelTokens!.Count.ShouldBe(2);
        StepwiseExample[] examples = [.. LabelFile.Read(_base.Labels).Select(l => l.Example)];
        using var judge = RewardModelJudge.Open(final, device);
        var judged = LabelJudgement.Of(judge, examples, 0.5);
        judged.StepAuc!.Value.ShouldBeGreaterThan(0.5);
    }

    [Theory]
    [InlineData("process", false)]
    [InlineData("process, surprise: true", false)]
    [InlineData("preference", true)]
    [InlineData("preference, surprise: true", true)]
    public void A_reward_model_pays_in_reinforcement_learning(string kind, bool pairs)
    {
        var reward = new RunFolder(_base.Run($"reward_model: {{ kind: {kind} }}", pairs ? _base.Pairs : _base.Labels, epochs: 1)).Checkpoint(RunFolder.Final);
        var folder = TinyRun.Start(
            TrainRecipe.Parse(
                $$"""
                name: tiny
                micro_batch_tokens: 512
                family: { name: arithmetic, levels: [2] }
                model: { from: "{{_base.Checkpoint}}" }
                supervised: { tokens: 0 }
                evaluation: { problems: 0 }
                health: { kl_every: 0 }
                reinforcement:
                  steps: 2
                  prompts: 4
                  samples: 4
                  max_tokens: 32
                  rewards:
                    - { kind: correct }
                    - { kind: reward_model, from: "{{reward}}", weight: 0.5, name: judged }
                """,
                "tiny.yaml"),
            _base.NewFolder());
        // Each kept apart: what the model said of every sample, and what it paid on average.
        Metrics(folder).ShouldAllBe(m => m.ContainsKey("rl/reward/judged") && m.ContainsKey("rl/reward/correct"));
        var samples = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToArray();
        double[] judged = [.. samples.Select(s => s.Terms.Single(t => t.Key == "judged").Value)];
        judged.ShouldAllBe(value => value >= 0 && value <= 1);
        judged.Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_preference_model_prefers_what_was_preferred()
    {
        var folder = _base.Run("reward_model: { kind: preference }", _base.Pairs, epochs: 8);
        Metrics(folder)[^1]["sft/label_accuracy"].ShouldBeGreaterThan(0.6);
        File.ReadAllText(Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), "config.json")).ShouldContain("LlamaForSequenceClassification");
    }

    [Theory]
    [InlineData("dpo")]
    [InlineData("ipo")]
    [InlineData("kto")]
    [InlineData("orpo")]
    [InlineData("simpo")]
    [InlineData("aot")]
    public void A_policy_moves_towards_what_was_preferred(string loss)
    {
        var folder = _base.Run($"preference: {{ losses: [{loss}] }}", _base.Pairs, epochs: 4);
        var metrics = Metrics(folder);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        metrics[^1]["sft/label_accuracy"].ShouldBeGreaterThanOrEqualTo(metrics[0]["sft/label_accuracy"]);
        using var model = PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Final));
    }

    [Fact]
    public void An_adapter_learns_preferences_against_its_base_which_is_in_memory_once()
    {
        const string Section = "preference: { losses: [dpo] }\nadapter: { rank: 4, base: bf16 }";
        var whole = _base.Run(Section, _base.Pairs, epochs: 2);
        var metrics = Metrics(whole);
        // The first step's policy is its reference to the bit: B is zero.
        metrics[0]["sft/loss"].ShouldBe(Math.Log(2), 1e-15);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        File.Exists(Path.Combine(new RunFolder(whole).Checkpoint(RunFolder.Final), "model.safetensors")).ShouldBeFalse();
        var folder = _base.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(_base.Recipe(Section, _base.Pairs, 2), folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(40);
        }

        byte[] Adapter(string of) => File.ReadAllBytes(Path.Combine(new RunFolder(of).Checkpoint(RunFolder.Final), "adapter_model.safetensors"));
        Adapter(folder).ShouldBe(Adapter(whole));

        // Gone on from, the adapter as it was is the reference.
        var more = TinyRun.Start(_base.Recipe(Section, _base.Pairs, 1) with { Model = new ModelRecipe { From = new RunFolder(whole).Checkpoint(RunFolder.Final), Context = 128 } }, _base.NewFolder());
        Metrics(more)[0]["sft/loss"].ShouldBe(Math.Log(2), 1e-15);
    }

    [Fact]
    public void A_reference_is_the_model_as_the_run_began_with_it_whatever_its_file_rounds()
    {
        // A checkpoint of a run in brain floats, beside which the weights stand that it would go on with.
        var narrow = _base.NewFolder();
        using (var device = Device.Cpu(1))
        {
            var (loaded, text) = Checkpoint.LoadModel(_base.Checkpoint, device);
            using var model = loaded;
            Checkpoint.Save(narrow, model, text, state: CheckpointState.Beginning(device.Name), storage: FileStorage.BF16);
        }

        File.Exists(Path.Combine(narrow, Checkpoint.TrainingFolder, Checkpoint.MastersFile)).ShouldBeTrue();
        var recipe = _base.Recipe("preference: { losses: [dpo] }", _base.Pairs, 1) with { Model = new ModelRecipe { From = narrow, Context = 128 } };
        Metrics(TinyRun.Start(recipe, _base.NewFolder()))[0]["sft/loss"].ShouldBe(Math.Log(2), 1e-6);
    }

    [Fact]
    public void The_divergence_of_kto_is_measured_within_the_context_however_much_a_pass_holds()
    {
        // A prompt with the next one's answer is longer than the context, and shorter than a pass of 512 tokens.
        var file = _base.NewFolder() + ".jsonl";
        File.WriteAllLines(file, Enumerable.Range(0, 12).Select(i => JsonSerializer.Serialize(new
        {
            prompt = i % 2 == 0 ? new string('1', 100 - i) : $"{i}+1",
            completion = i % 2 == 0 ? "2" : new string('3', 100 - i),
            label = i % 3 == 0,
        })));
        List<Dictionary<string, double>> Losses(int tokens) => Metrics(TinyRun.Start(_base.Recipe("preference: { losses: [kto] }", file, 2) with { MicroBatchTokens = tokens }, _base.NewFolder()));
        var (wide, narrow) = (Losses(512), Losses(128));
        wide.Count.ShouldBeGreaterThan(1);
        for (var step = 0; step < 2; step++) wide[step]["sft/loss"].ShouldBe(narrow[step]["sft/loss"], 1e-5);
    }

    [Fact]
    public void A_pair_that_no_pass_holds_is_refused_before_the_run_with_its_line()
    {
        var recipe = _base.Recipe("reward_model: { kind: preference }", _base.Pairs, 1) with { MicroBatchTokens = 16 };
        var error = Should.Throw<UserError>(() => Planner.Plan(recipe));
        (error.File, error.Line, error.Advice).ShouldBe((_base.Pairs, 1, "Raise micro_batch_tokens."));
        // Where each answer is read by itself, they need not fit together.
        var format = RunSession.ModelOf(recipe).Text;
        SupervisedData.Load(recipe.Supervised, new PreferenceReader(format), 128, 1).TokensPerPass.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("reward_model: { kind: process }", true)]
    [InlineData("reward_model: { kind: process, extra_layers: 1 }", true)]
    [InlineData("reward_model: { kind: outcome, surprise: true }", true)]
    [InlineData("reward_model: { kind: preference, surprise: true }", false)]
    [InlineData("preference: { losses: [dpo] }", false)]
    public void A_run_that_was_stopped_after_each_step_ends_in_the_same_bits(string section, bool labels)
    {
        var data = labels ? _base.Labels : _base.Pairs;
        var whole = _base.Run(section, data, epochs: 1);
        var folder = _base.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(_base.Recipe(section, data, 1), folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(40);
        }

        TrainedBase.Weights(folder).ShouldBe(TrainedBase.Weights(whole));
        File.ReadAllText(Path.Combine(folder, MetricsStream.MetricsFile)).ShouldBe(File.ReadAllText(Path.Combine(whole, MetricsStream.MetricsFile)));
    }

    [Theory]
    [InlineData("reward_model: { kind: process }\nmodel: { hidden: 32 }", "model")]
    [InlineData("reward_model: { kind: process }\npreference: {}", "preference")]
    [InlineData("preference: { losses: [dpoo] }", "losses")]
    [InlineData("preference: { losses: [dpo, kto] }", "losses")]
    [InlineData("reward_model: { kind: process, extra_layers: 1, head_only: true }", "extra_layers")]
    [InlineData("reward_model: { kind: process, extra_layers: 1, label_tokens: [\"-\", \"+\"] }", "extra_layers")]
    [InlineData("reward_model: { kind: process, surprise: true, extra_layers: 1 }", "surprise")]
    [InlineData("reward_model: { kind: process, surprise: true, label_tokens: [\"-\", \"+\"] }", "surprise")]
    [InlineData("preference: { losses: [exo_pair] }", "label_smoothing")]
    public void What_cannot_be_done_is_refused(string sections, string field)
    {
        var model = sections.Contains("model: {", StringComparison.Ordinal) && sections.Contains("hidden", StringComparison.Ordinal) ? "" : "model: { from: x }\n";
        Should.Throw<UserError>(() => TrainRecipe.Parse($"name: tiny\n{model}{sections}\nsupervised: {{ data: [x.jsonl] }}", "tiny.yaml")).Field!.ShouldContain(field);
    }

    [Fact]
    public void A_head_that_is_trained_alone_needs_memory_for_no_other_gradient()
    {
        double Bytes(string section, string part) => Planner.Plan(_base.Recipe(section, _base.Labels, 1)).Memory.Parts.Single(p => p.Name == part).Bytes;
        Bytes("reward_model: { kind: process, head_only: true }", "gradients").ShouldBeLessThan(Bytes("reward_model: { kind: process }", "gradients") / 20);
        Bytes("reward_model: { kind: process, head_only: true }", "optimizer").ShouldBeLessThan(Bytes("reward_model: { kind: process }", "optimizer") / 20);
        Bytes("reward_model: { kind: process, head_only: true }", "weights").ShouldBe(Bytes("reward_model: { kind: process }", "weights"));
    }

    [Fact]
    public void A_head_learns_the_same_bits_whether_or_not_the_gradient_goes_on_below_it()
    {
        using var device = Device.Cpu(1);
        float[] Head(bool goesOn)
        {
            var recipe = _base.Recipe("reward_model: { kind: process, head_only: true }", _base.Labels, 1);
            var (language, _) = Checkpoint.LoadModel(_base.Checkpoint, device);
            using var model = RewardModels.Of(language, recipe.RewardModel!, seed: 1);
            RewardModels.Freeze(model, recipe.RewardModel!);
            if (goesOn) model.Parameters.Parameters.First(p => p.Name.EndsWith("q_proj.weight", StringComparison.Ordinal)).Frozen = false;
            using var graph = new HeadGraph(model, 64, 4, 64);
            graph.Batch.Clear();
            graph.Batch.Add([1, 5, 7, 9], [-1, -1, -1, -1]);
            _ = graph.ForwardRows();
            graph.Backward([.. Enumerable.Range(0, 8).Select(i => i - 3.5)]);
            var head = model.Parameters.Parameters.Single(p => p.Name == OutputHead.WeightName);
            var gradient = new float[head.Length];
            model.Parameters.Gradients.Read(head.Offset, gradient);
            return gradient;
        }

        Head(goesOn: false).ShouldBe(Head(goesOn: true));
        Head(goesOn: false).ShouldContain(g => g != 0);
    }

    [Fact]
    public void Extra_layers_pass_on_what_they_get_until_they_have_learned()
    {
        var recipe = _base.Recipe("reward_model: { kind: process, extra_layers: 2 }", _base.Labels, 6);
        using var device = Device.Cpu(1);
        double[][] Hidden(int layers)
        {
            // The head shows the last hidden state: its rows are unit vectors.
            var (language, _) = Checkpoint.LoadModel(_base.Checkpoint, device);
            using var model = RewardModels.Of(language, recipe.RewardModel! with { ExtraLayers = layers }, seed: 1);
            var head = model.Parameters.Parameters.Single(p => p.Name == OutputHead.WeightName);
            var rows = new float[head.Length];
            for (var i = 0; i < 2; i++) rows[(i * (int)head.Columns) + i] = 1;
            model.Parameters.Values.Write(head.Offset, rows);
            model.Pack(training: false);
            using var reader = new HeadReader(model, 64, 1);
            return reader.Read([new HeadText([1, 5, 7, 9], [0, 1, 2, 3])]).Outputs[0];
        }

        Hidden(2).ShouldBe(Hidden(0));

        // And then they learn: a run of it has them in its checkpoint, and its labels get better.
        var folder = TinyRun.Start(recipe, _base.NewFolder());
        var metrics = Metrics(folder);
        metrics[^1]["sft/loss"].ShouldBeLessThan(metrics[0]["sft/loss"]);
        using var opened = PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Final), headed: true);
        opened.Configuration.LayerCount.ShouldBe(4);
    }

    private static List<Dictionary<string, double>> Metrics(string folder) =>
        [.. MetricsStream.Read(Path.Combine(folder, MetricsStream.MetricsFile)).Select(r => r.Values.ToDictionary(v => v.Key, v => v.Value))];

    /// <summary>A tiny model of arithmetic, labels of its family and pairs of right and wrong answers.</summary>
    public sealed class ArithmeticBase : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private int _runs;

        public ArithmeticBase()
        {
            Checkpoint = new RunFolder(TinyRun.Start(
                TrainRecipe.Parse(
                    """
                    name: tiny
                    micro_batch_tokens: 512
                    family: { name: arithmetic, levels: [2] }
                    model: { hidden: 32, layers: 2, heads: 2, intermediate: 48, context: 128 }
                    supervised: { tokens: 20000, batch_tokens: 1000 }
                    reinforcement: { steps: 0 }
                    evaluation: { problems: 0 }
                    """,
                    "tiny.yaml"),
                _folder.File("base"))).Checkpoint(RunFolder.Base);
            (Labels, Pairs) = (_folder.File("labels.jsonl"), _folder.File("pairs.jsonl"));
            var family = FamilyRegistry.Get("arithmetic");
            using (var stream = File.Create(Labels))
                for (var i = 0; i < 80; i++) Prm800kFile.Write(stream, FamilyLabels.Draw(family, Split.Train, 2, 1, i, phaseOne: false));
            File.WriteAllLines(Pairs, Enumerable.Range(0, 60).Select(i =>
            {
                var problem = family.Generate(Split.Train, 2, 1, i);
                var random = new RandomStream(1, StreamStage.Test, problem: i);
                var careful = family.Write(problem, Writer.Careful, ref random);
                return JsonSerializer.Serialize(new { prompt = problem.Prompt, chosen = careful.Completion, rejected = problem.Answer + "1" });
            }));
        }

        public string Checkpoint { get; }

        public string Labels { get; }

        public string Pairs { get; }

        internal TrainRecipe Recipe(string section, string data, int epochs) => TrainRecipe.Parse(
            $$"""
            name: tiny
            micro_batch_tokens: 512
            {{section}}
            model: { from: "{{Checkpoint}}" }
            supervised: { data: ["{{data}}"], epochs: {{epochs}}, batch_tokens: 500, optimizer: { kind: adamw, learning_rate: 0.003 }, schedule: { warmup: 2 } }
            checkpoint: { every: 1, keep_last: 2 }
            """,
            "tiny.yaml");

        internal string Run(string section, string data, int epochs) => TinyRun.Start(Recipe(section, data, epochs), NewFolder());

        public string NewFolder() => _folder.File($"run-{Interlocked.Increment(ref _runs)}");

        public void Dispose() => _folder.Dispose();
    }
}
