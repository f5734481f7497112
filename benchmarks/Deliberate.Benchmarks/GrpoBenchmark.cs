using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// One step of GRPO as the PyTorch peer does it: 16 prompts of 32 tokens, 16 samples each of at most 128 tokens with geometric
/// lengths of mean 48, random advantages with mean 0 in each group, clipped surrogate with token mean, gradient clipped to norm 1,
/// AdamW. The peer draws the lengths beforehand; here two of the 96 tokens of shape S end a sample, and the model's distribution
/// is still nearly uniform, so that a sample ends at each token with probability 1/48. Prints useful (completion) tokens per
/// second of the whole step, its median over the steps after two to warm up.
/// </summary>
internal static class GrpoBenchmark
{
    private const int Prompts = 16, Samples = 16, PromptLength = 32, MostTokens = 128, MeanLength = 48;

    public static void Run(string shape, int threads, int steps)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(shape, device);
        var vocabulary = model.Configuration.VocabularySize;
        const int Positions = PromptLength + MostTokens;
        using var graph = new TrainingGraph(model, 4096, 4096 / PromptLength, Positions);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-4, ClipNorm = 1 });
        using var sampler = new Sampler(model, Prompts * Samples, Positions);
        var dapo = PolicyObjectives.Find("dapo");
        var trainer = new PolicyTrainer(graph, optimizer, dapo.Create(dapo.Defaults), MostTokens, temperature: 1);
        int[] ends = [.. Enumerable.Range(0, Math.Max(1, vocabulary / MeanLength))];
        long all = 0;
        var results = new List<(double Rate, double Sampling, double Training, double Length, double Live)>();
        model.Pack(training: true);
        for (var step = 0; step < steps + 2; step++)
        {
            var start = Stopwatch.GetTimestamp();
            var requests = new SampleRequest[Prompts];
            for (var p = 0; p < Prompts; p++)
            {
                var stream = new RandomStream(0, StreamStage.Test, step, p);
                int[] prompt = [.. Enumerable.Range(0, PromptLength).Select(_ => stream.Next(vocabulary))];
                requests[p] = new SampleRequest(prompt, MostTokens, [.. Enumerable.Range(0, Samples).Select(s => new RandomStream(1, StreamStage.Test, step, p, s))]);
            }

            var rollouts = sampler.Sample(requests, new SamplingOptions(), ends);
            var sampled = Stopwatch.GetTimestamp();
            var (batch, tokens) = Batch(requests, rollouts, step);
            all += tokens;
            trainer.Step(batch, 1, new PolicyMetrics());
            double sampling = Stopwatch.GetElapsedTime(start, sampled).TotalSeconds, training = Stopwatch.GetElapsedTime(sampled).TotalSeconds;
            if (step >= 2) results.Add((tokens / (sampling + training), sampling, training, (double)tokens / (Prompts * Samples), sampler.MeanLiveShare));
        }

        results.Sort();
        var median = results[results.Count / 2];
        Console.WriteLine(
            $"grpo {shape} threads {threads}: {median.Rate:F0} tok/s (min {results[0].Rate:F0} max {results[^1].Rate:F0}) sampling {median.Sampling:F3} s training {median.Training:F3} s " +
            $"mean length {results.Average(r => r.Length):F1} live slots {results.Average(r => r.Live):P0}; {all} tokens in all");
    }

    private static (List<PolicySample> Samples, int Tokens) Batch(SampleRequest[] requests, Rollout[][] rollouts, int step)
    {
        var batch = new List<PolicySample>();
        var tokens = 0;
        for (var p = 0; p < rollouts.Length; p++)
        {
            var stream = new RandomStream(2, StreamStage.Test, step, p);
            double[] rewards = [.. rollouts[p].Select(_ => stream.NextDouble())];
            var mean = rewards.Average();
            var deviation = Math.Sqrt(rewards.Sum(r => (r - mean) * (r - mean)) / (rewards.Length - 1));
            for (var s = 0; s < rewards.Length; s++)
            {
                batch.Add(new PolicySample(requests[p].Prompt, rollouts[p][s], (rewards[s] - mean) / (deviation + 1e-4)));
                tokens += rollouts[p][s].Tokens.Length;
            }
        }

        return (batch, tokens);
    }
}
