using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Runs that train a low-rank adapter: what they keep, that they resume to the same bits, and what reinforcement learning compares with.</summary>
public sealed class AdapterRunTests(TrainedBase trained)
{
    private const string Every = "checkpoint: { every: 1, keep_last: 99 }";

    public static TheoryData<string, string> Kinds() => new()
    {
        { "adapter: { rank: 4 }", "" },
        { "adapter: { kind: dora, rank: 3, rank_pattern: { down_proj: 5 }, modules_to_save: [norm], base: bf16 }\nrecompute: layers", "kl: { in_reward: 0.02, renew_every: 2 }\nstaleness: 1\nobjective: ppo\nadvantage: group\niterations: 2" },
        { "adapter: { rank: 2, rank_stabilised: true, target_modules: [q_proj, v_proj], base: q8_0 }\nrecompute: elementwise", "options: { kl_coefficient: 0.05 }" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_stage_trains_the_adapter_alone_and_a_run_stopped_after_each_step_ends_in_the_same_bits(string adapter, string reinforcement)
    {
        var recipe = trained.Recipe(reinforcement, $"{adapter}\n{Every}\nexpert_iteration: {{ rounds: 1, prompts: 24, samples: 4, max_tokens: 6, batch_tokens: 150, restart: true }}") with
        {
            Evaluation = new EvaluationRecipe { Problems = 8, MaxTokens = 6, VoteProblems = 0 },
        };
        recipe = recipe with { Supervised = recipe.Supervised with { Tokens = 1500, BatchTokens = 500 } };
        var whole = trained.Run(recipe);
        var final = new RunFolder(whole).Checkpoint(RunFolder.Final);
        File.Exists(Path.Combine(final, "model.safetensors")).ShouldBeFalse("the base is not copied");
        using (var opened = PretrainedModel.Open(final))
        {
            opened.Adapter!.BaseWeights.ShouldBe(ModelIdentity.Of(trained.Checkpoint).Weights);
            opened.Adapter.Parameters.ShouldBeLessThan(ParameterNames.Count(opened.Configuration));
            using var device = Device.Cpu(1);
            using var model = opened.LoadWeights(device, WeightStorage.F32);
            foreach (var parameter in model.Trained.Parameters.Where(p => p.Name.Contains("lora_B", StringComparison.Ordinal)))
            {
                var values = new float[parameter.Length];
                model.Trained.Values.Read(parameter.Offset, values);
                values.ShouldContain(v => v != 0, parameter.Name);
            }
        }

        RunFacts.Read(new RunFolder(whole))!.Adapter.ShouldNotBeNull();
        for (var step = 1; step <= recipe.Reinforcement.Steps; step++)
        {
            var replay = StepReplay.Run(whole, step, 1);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty($"step {step}");
            (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0), $"step {step}");
        }

        var folder = trained.NewFolder();
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(30);
        }

        TinyRun.ShouldEqual(folder, whole);
    }

    [Fact]
    public void The_reference_of_a_new_adapter_is_the_base_which_is_in_memory_once()
    {
        var recipe = trained.Recipe("options: { kl_coefficient: 0.05 }", "adapter: { rank: 4 }");
        var folder = trained.Run(recipe);
        var metrics = Metrics(folder);
        // The first step's policy is the base: B is zero.
        metrics[0]["policy/reference_kl_k3"].ShouldBe(0);
        metrics[1]["policy/reference_kl_k3"].ShouldBeGreaterThan(0);
        using var device = Device.Cpu(1);
        using var opened = PretrainedModel.Open(new RunFolder(folder).Checkpoint(RunFolder.Base));
        using var model = opened.LoadWeights(device, WeightStorage.F32);
        using var graph = new TrainingGraph(model, 16, 1, 16);
        var before = DeviceBuffer.LiveBytes;
        using var reference = StagePolicies.LoadStart(StartingPoint.Resolve(recipe), graph, new RunFolder(folder));
        reference.Weights.ShouldBeNull();
        // A tape for a micro-batch and no weights.
        (DeviceBuffer.LiveBytes - before).ShouldBeLessThan(recipe.MicroBatchTokens * 8000L);
    }

    [Fact]
    public void A_run_goes_on_from_the_adapter_of_another_and_refuses_one_of_another_kind()
    {
        var first = trained.Run(trained.Recipe("", "adapter: { rank: 4 }"));
        var start = new RunFolder(first).Checkpoint(RunFolder.Final);
        var recipe = trained.Recipe("", "adapter: { rank: 4 }");
        var again = trained.Run(recipe with { Seed = 5, Model = recipe.Model with { From = start } });
        Directory.GetFiles(new RunFolder(again).Checkpoint(RunFolder.Final)).Select(Path.GetFileName).ShouldContain(AdapterFile.WeightsName);
        Should.Throw<UserError>(() => trained.Run(trained.Recipe("", "adapter: { rank: 5 }") with { Model = recipe.Model with { From = start } })).Message.ShouldContain("rank 4");
        Should.Throw<UserError>(() => trained.Run(trained.Recipe("") with { Model = recipe.Model with { From = start } })).Message.ShouldContain("is an adapter");
    }

    [Theory]
    [InlineData("adapter: { rank: 4, target_modules: [q_projection] }", "q_projection")]
    [InlineData("adapter: { rank: 4, modules_to_save: [down_proj] }", "saved whole")]
    [InlineData("adapter: { rank: 0 }", "rank")]
    [InlineData("adapter: { target_modules: [] }", "No module")]
    public void What_cannot_be_an_adapter_is_refused_before_anything_is_trained(string adapter, string said) =>
        Should.Throw<UserError>(() => trained.Run(trained.Recipe("", adapter))).Message.ShouldContain(said);

    [Theory]
    [InlineData("adapter: { rank: 4 }\nmodel: { hidden: 32 }", "model.from")]
    [InlineData("adapter: { rank: 4 }\nmodel: { from: x }\nreinforcement: { optimizer: { kind: muon } }", "muon")]
    [InlineData("adapter: { rank: 4 }\nmodel: { from: x }\nreinforcement: { objective: ppo, advantage: gae }", "critic")]
    public void Recipes_that_an_adapter_does_not_go_with_are_refused(string keys, string said) =>
        Should.Throw<UserError>(() => TrainRecipe.Parse($"name: tiny\n{keys}", "tiny.yaml")).Message.ShouldContain(said);

    [Fact]
    public void An_adapter_brings_an_optimizer_of_its_own()
    {
        var recipe = TrainRecipe.Parse("name: tiny\nadapter: { }\nmodel: { from: x }", "tiny.yaml");
        recipe.Supervised.Optimizer.Kind.ShouldBe(OptimizerKind.AdamW);
        recipe.Adapter!.Configuration.Alpha.ShouldBe(32);
    }

    [Fact]
    public void A_base_that_changed_is_refused_when_the_run_goes_on()
    {
        var copy = trained.NewFolder();
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(trained.Checkpoint)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        var recipe = trained.Recipe("", $"adapter: {{ rank: 4 }}\n{Every}");
        recipe = recipe with { Model = recipe.Model with { From = copy } };
        var folder = trained.NewFolder();
        using (var stop = new CancellationTokenSource())
        using (var run = TrainingRun.Start(recipe, folder, 1, new StepObserver((_, _) => stop.Cancel()))) run.Execute(stop.Token).ShouldBe(RunOutcome.Interrupted);
        var weights = File.ReadAllBytes(Path.Combine(copy, "model.safetensors"));
        weights[^3] ^= 1;
        File.WriteAllBytes(Path.Combine(copy, "model.safetensors"), weights);
        Should.Throw<UserError>(() => TrainingRun.Resume(folder, 1)).Message.ShouldContain("other weights");
    }

    private static Dictionary<string, double>[] Metrics(string folder) =>
    [
        .. File.ReadLines(Path.Combine(folder, MetricsStream.MetricsFile)).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetDouble()))
            .Where(m => m.ContainsKey("rl/reward_mean")),
    ];
}
