using Deliberate.Models;

namespace Deliberate.Training.Tests;

/// <summary>Runs in little memory, and runs whose samples share their prompts in the update, as recipes ask for them.</summary>
public sealed class LeanRunTests(TrainedBase trained)
{
    private const string Every = "checkpoint: { every: 1, keep_last: 9 }\n";

    [Theory]
    [InlineData("options: { kl_coefficient: 0.05 }\nupdates: 2")]
    [InlineData("objective: grpo\nkl: { in_reward: 0.05 }")]
    [InlineData("staleness: 1")]
    [InlineData("objective: ppo\noptions: { kl_coefficient: 0.02 }\nkl: { renew_every: 1 }")]
    public void A_lean_run_ends_in_the_same_bits(string reinforcement)
    {
        // The alarm's own reference too, where nothing else compares with one.
        string Run(string lean) => trained.Run(trained.Recipe(reinforcement, Every + lean) with { Health = new HealthRecipe { KlEvery = 1 } });
        string[] folders = [Run("lean: off"), Run("lean: on")];
        TrainedBase.Weights(folders[1]).ShouldBe(TrainedBase.Weights(folders[0]));
        string[] Lines(string folder, string file) => File.ReadAllLines(Path.Combine(folder, file));
        Lines(folders[1], MetricsStream.MetricsFile).ShouldBe(Lines(folders[0], MetricsStream.MetricsFile));
        Lines(folders[1], SampleStore.FileName).ShouldBe(Lines(folders[0], SampleStore.FileName));
    }

    [Fact]
    public void A_run_with_shared_prompts_samples_what_it_trains_on_and_can_be_trained_again()
    {
        var folder = trained.Run(trained.Recipe("shared_prompt: on\noptions: { kl_coefficient: 0.05 }", Every + "lean: on"));
        RecordedMetrics.Read(new RunFolder(folder), RunRecipe.Read(new RunFolder(folder))).ShouldAllBe(m => m.Values["rl/sampler_mismatch"] == 0);
        for (var step = 1; step <= 2; step++)
        {
            var replay = StepReplay.Run(folder, step, 2);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty($"step {step}");
            replay.WeightsDiffer.ShouldBe(0);
        }

        var alone = trained.Run(trained.Recipe("options: { kl_coefficient: 0.05 }", Every));
        double[] Weights(string of) => [.. Read(of)];
        var (a, b) = (Weights(folder), Weights(alone));
        var difference = Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(x => x * x));
        difference.ShouldBeInRange(double.Epsilon, 1e-2);
    }

    [Fact]
    public void Defaults_follow_the_vocabulary_and_leave_what_is_written_and_what_is_small()
    {
        var small = trained.Recipe("");
        var configuration = RunSession.ModelOf(small).Configuration;
        var resolved = VocabularyDefaults.Resolve(small with { Written = new HashSet<string>() }, configuration);
        (resolved.Lean, resolved.Reinforcement.SharedPrompt, resolved.MicroBatchTokens, resolved.Recompute).ShouldBe((AutoSwitch.Off, AutoSwitch.Off, small.MicroBatchTokens, small.Recompute));
        (resolved.Reinforcement.SkipIdleSamples, resolved.Health.KlSamples).ShouldBe((AutoSwitch.Off, VocabularyDefaults.KlSamples));

        var large = configuration with { VocabularySize = VocabularyDefaults.Large };
        resolved = VocabularyDefaults.Resolve(small with { Written = new HashSet<string>(), MicroBatchTokens = 4096 }, large);
        (resolved.Lean, resolved.Reinforcement.SharedPrompt, resolved.MicroBatchTokens, resolved.Recompute).ShouldBe((AutoSwitch.On, AutoSwitch.On, VocabularyDefaults.MicroBatchTokens, Tensors.Recomputation.Elementwise));
        (resolved.Reinforcement.SkipIdleSamples, resolved.Health.KlSamples).ShouldBe((AutoSwitch.On, VocabularyDefaults.KlSamplesOfLarge));
        var written = trained.Recipe("shared_prompt: off\nskip_idle_samples: off", "lean: off\nrecompute: layers") with { Health = new HealthRecipe { KlSamples = 40 } };
        resolved = VocabularyDefaults.Resolve(written, large);
        (resolved.Reinforcement.SkipIdleSamples, resolved.Health.KlSamples).ShouldBe((AutoSwitch.Off, 40));
        (resolved.Lean, resolved.Reinforcement.SharedPrompt, resolved.MicroBatchTokens, resolved.Recompute).ShouldBe((AutoSwitch.Off, AutoSwitch.Off, 512, Tensors.Recomputation.Layers));
    }

    [Fact]
    public void A_lean_plan_needs_less_memory()
    {
        MemoryPlan Of(string lean) => Planner.Plan(TrainRecipe.Parse($"name: a\nmodel: {{ hidden: 256, layers: 6, heads: 4, intermediate: 1024, context: 256 }}\nmicro_batch_tokens: 256\nlean: {lean}", "a.yaml")).Memory;
        var (usual, lean) = (Of("off"), Of("on"));
        // Packed both ways, of which one is there while samples are drawn, and a policy with packed copies of its own.
        (usual.Total - lean.Total).ShouldBeGreaterThan(3 * 6e6 * sizeof(float));
        usual.Parts.ShouldContain(p => p.Name == "start policy");
        lean.Parts.ShouldNotContain(p => p.Name == "start policy");
    }

    private static IEnumerable<double> Read(string folder)
    {
        using var file = SafetensorsFile.Open(Path.Combine(new RunFolder(folder).Checkpoint(RunFolder.Final), "model.safetensors"));
        foreach (var name in file.Names)
        {
            var values = new float[file.Info(name).Count];
            file.Read(name, values, 0);
            foreach (var value in values) yield return value;
        }
    }
}
