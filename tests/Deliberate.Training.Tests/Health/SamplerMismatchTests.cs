using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Training.Tests;

/// <summary>Samples of the engine itself differ from the trainer by nothing; samples whose log-probabilities are not its own ring the alarm.</summary>
public sealed class SamplerMismatchTests
{
    [Theory]
    [InlineData(0, false)]
    [InlineData(0.0005, false)]
    [InlineData(0.01, true)]
    public void The_largest_difference_is_measured_and_rings_above_the_threshold(double shift, bool rings)
    {
        using var device = Device.Cpu(1);
        using var model = new LanguageModel(device, new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 12,
            HiddenSize = 16,
            IntermediateSize = 24,
            LayerCount = 1,
            HeadCount = 2,
            KeyValueHeadCount = 2,
            HeadSize = 8,
            TieWordEmbeddings = true,
        });
        model.Initialise(3);
        model.Pack(training: true);
        var recipe = TrainRecipe.Parse("name: a\nreinforcement: { samples: 4, temperature: 0.8, max_tokens: 6 }", "a.yaml");
        using var sampler = new Sampler(model, 8, 16);
        var requests = Enumerable.Range(0, 3).Select(i => new SampleRequest([1, i + 2], 6, [.. Enumerable.Range(0, 4).Select(s => new RandomStream(1, StreamStage.Test, problem: i, sample: s))])).ToArray();
        var drawn = sampler.Sample(requests, new SamplingOptions { Temperature = 0.8 }, [0]);
        // One token of one sample is off.
        drawn[1][2].BehaviourLogProbabilities[0] += (float)shift;
        using var graph = new TrainingGraph(model, 256, 32, 16);
        using var updates = new PolicyUpdates(recipe, graph, null);
        var metrics = new MetricValues();
        PolicyGroup[] groups = [.. requests.Select((r, i) => new PolicyGroup(r.Prompt, drawn[i], [1, 0, 0, 1]))];
        new StepAdvantages(recipe.Reinforcement).Set(groups, []);
        updates.Run(0, groups, metrics, (in _, _, _, _) => { });
        var mismatch = metrics.Single(m => m.Key == "rl/sampler_mismatch").Value;
        if (shift == 0) mismatch.ShouldBe(0);
        else mismatch.ShouldBe(shift, 1e-6);
        metrics.Add(SampleMetrics.Reinforcement.Accuracy, 0.5);
        var observer = new StepObserver((_, _) => { });
        new RunHealth(recipe, observer).Step(1, metrics);
        observer.Notices.Any(n => n.Contains("ALARM sampler_mismatch", StringComparison.Ordinal)).ShouldBe(rings);
    }
}
