using System.Text.Json;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Whole runs on a card, which the processor plays: kernels, memory and copies are those of a real one.</summary>
public sealed class GpuRunTests(TrainedBase trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_on_a_card_learns_what_the_processor_does_and_its_sampler_is_its_trainer()
    {
        var card = Metrics(TinyRun.Start(Recipe("gpu:emulated"), _folder.File("card")));
        var processor = Metrics(TinyRun.Start(Recipe("cpu"), _folder.File("processor")));
        var losses = card.Where(m => m.ContainsKey("sft/loss")).Select(m => m["sft/loss"]).ToArray();
        losses.Length.ShouldBeGreaterThan(1);
        foreach (var (found, expected) in losses.Zip(processor.Where(m => m.ContainsKey("sft/loss")).Select(m => m["sft/loss"]))) found.ShouldBe(expected, 1e-4);
        // Bit for bit: the difference is exactly zero, in every step that updated.
        var mismatches = card.Where(m => m.ContainsKey("rl/sampler_mismatch")).Select(m => m["rl/sampler_mismatch"]).ToArray();
        mismatches.ShouldNotBeEmpty();
        mismatches.ShouldAllBe(m => m == 0);
        RunInfo.Read(new RunFolder(_folder.File("card")).Info).Device.ShouldStartWith("emulated float32 ");
    }

    [Fact]
    public void Stopped_after_each_step_and_resumed_it_ends_in_the_same_bits_and_on_another_device_it_says_so()
    {
        var recipe = Recipe("gpu:emulated");
        var whole = TinyRun.Start(recipe, _folder.File("whole"));
        var folder = _folder.File("stopped");
        for (var starts = 0; ; starts++)
        {
            using var stop = new CancellationTokenSource();
            var observer = new StepObserver((_, _) => stop.Cancel());
            using var run = starts == 0 ? TrainingRun.Start(recipe, folder, 1, observer) : TrainingRun.Resume(folder, 1, observer);
            observer.Notices.ShouldNotContain(n => n.Contains("goes on on", StringComparison.Ordinal));
            if (run.Execute(stop.Token) == RunOutcome.Completed) break;
            starts.ShouldBeLessThan(30);
        }

        TinyRun.ShouldEqual(folder, whole);
        var other = new StepObserver((_, _) => { });
        using (TrainingRun.Resume(folder, 1, other, device: "cpu"))
        {
        }

        other.Notices.ShouldContain(n => n.Contains("began on \"emulated", StringComparison.Ordinal) && n.Contains("goes on on \"cpu", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("device: gpus", "gpu:cuda")]
    [InlineData("device: gpu\nreinforcement: { steps: 2, lag: 1 }", "lag")]
    public void What_no_card_can_do_is_refused_by_name(string keys, string said) =>
        Should.Throw<UserError>(() => TrainRecipe.Parse($"name: x\n{keys}\n", "x.yaml")).Message.ShouldContain(said);

    [Fact]
    public void A_plan_that_exceeds_the_cards_memory_is_refused_with_both_numbers()
    {
        var plan = Planner.Plan(Recipe("gpu:emulated"));
        var refused = Should.Throw<UserError>(() => Planner.Refuse(plan, new MachineLimits(100_000_000, long.MaxValue, "CUDA float32 SomeCard")));
        refused.Message.ShouldContain("CUDA float32 SomeCard has free 100 MB");
        MachineLimits.At(_folder.File("run"), "gpu:emulated").Card.ShouldStartWith("emulated float32 ");
    }

    /// <summary>Supervised steps, then reinforcement learning of a model whose answers differ, so that there is something to update.</summary>
    private TrainRecipe Recipe(string device)
    {
        var recipe = trained.Recipe("options: { kl_coefficient: 0.05 }", $"device: {device}\ncheckpoint: {{ every: 1, keep_last: 99 }}");
        return recipe with { Supervised = recipe.Supervised with { Tokens = 1500, BatchTokens = 500 }, Evaluation = new EvaluationRecipe { Problems = 4, MaxTokens = 6, VoteProblems = 0 } };
    }

    private static Dictionary<string, double>[] Metrics(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, MetricsStream.MetricsFile)).Select(l => JsonSerializer.Deserialize<Dictionary<string, double>>(l)!)];
}
