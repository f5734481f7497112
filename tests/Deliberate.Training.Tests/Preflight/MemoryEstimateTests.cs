using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Alone, because what is compared is the memory of the whole process.</summary>
[CollectionDefinition(nameof(MemoryEstimateTests), DisableParallelization = true)]
public sealed class MemoryCollection;

/// <summary>The memory of a plan is that of the run, up to what a run leaves unused.</summary>
[Collection(nameof(MemoryEstimateTests))]
public sealed class MemoryEstimateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("reinforcement: { steps: 2, prompts: 4, samples: 8, max_tokens: 40 }")]
    [InlineData("reinforcement: { steps: 2, prompts: 4, samples: 8, max_tokens: 40, options: { kl_coefficient: 0.01 } }")]
    [InlineData("reinforcement: { steps: 2, prompts: 4, samples: 8, max_tokens: 40, objective: ppo, staleness: 1, kl: { in_reward: 0.01 } }")]
    [InlineData("reinforcement: { steps: 0 }")]
    [InlineData("reinforcement: { steps: 0 }\nexpert_iteration: { rounds: 1, prompts: 16, samples: 4, max_tokens: 40 }\nhealth: { kl_every: 0 }")]
    public void It_is_near_the_buffers_of_a_real_run(string stages)
    {
        var recipe = TrainRecipe.Parse(
            $$"""
            name: memory
            micro_batch_tokens: 1024
            model: { hidden: 96, layers: 3, heads: 4, intermediate: 256, context: 128 }
            supervised: { tokens: 4000, batch_tokens: 2000 }
            evaluation: { problems: 8, quick_problems: 8, max_tokens: 40 }
            {{stages}}
            """,
            "memory.yaml");
        var plan = Planner.Plan(recipe);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var observer = new MemoryObserver(DeviceBuffer.LiveBytes);
        TinyRun.Start(recipe, _folder.File("run"), threads: Environment.ProcessorCount, observer);
        var most = observer.Most;
        var planned = plan.Memory.Total - plan.Memory.Parts.Single(p => p.Name == "runtime").Bytes;
        Golden.Report($"planned {planned / 1e6:F1} MB, taken {most / 1e6:F1} MB; parts", plan.Memory.Parts.Count);
        (most / planned).ShouldBeInRange(0.6, 1.1);
    }

    [Fact]
    public void Many_layers_are_estimated_from_a_few()
    {
        // Eleven layers are beyond those that are measured; a model whose plan alone would take the machine is planned in no time.
        double Of(int layers, int hidden) => Planner.Plan(TrainRecipe.Parse($"name: a\nmicro_batch_tokens: 4096\nmodel: {{ hidden: {hidden}, layers: {layers}, heads: 4, intermediate: {2 * hidden} }}", "a.yaml")).Memory.Parts.Single(p => p.Name == "activations").Bytes;
        (Of(11, 64) - Of(8, 64)).ShouldBe(Of(8, 64) - Of(5, 64), 1);
        (Of(5, 64) - Of(4, 64)).ShouldBe(Of(6, 64) - Of(5, 64), 1);
        Of(1024, 65536).ShouldBeGreaterThan(1e12);
    }

    private sealed class MemoryObserver(long before) : RunObserver
    {
        public long Most { get; private set; }

        public override void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings) => Look();

        public override void EvaluationDone(EvaluationSummary summary) => Look();

        private void Look() => Most = Math.Max(Most, DeviceBuffer.LiveBytes - before);
    }
}
