using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// Sampling as the PyTorch peer does it: prompts of 32 random tokens, all different, 128 new tokens each, drawn at temperature 1
/// without filters; the time includes the prefill. Prints the median over the repeats after one to warm up.
/// </summary>
internal static class SampleBenchmark
{
    private const int PromptLength = 32;

    /// <param name="newTokens">Of each sample; the peer's 128 unless a chart of context lengths asks for others.</param>
    public static void Run(string shape, int batch, int threads, int repeats, int newTokens = 128)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(shape, device);
        model.Pack(training: false);
        using var sampler = new Sampler(model, batch, PromptLength + newTokens);
        var times = new double[repeats];
        var processor = TimeSpan.Zero;
        for (var i = -1; i < repeats; i++)
        {
            var requests = new SampleRequest[batch];
            for (var b = 0; b < batch; b++)
            {
                var stream = new RandomStream(0, StreamStage.Test, problem: b);
                requests[b] = new SampleRequest([.. Enumerable.Range(0, PromptLength).Select(_ => stream.Next(model.Configuration.VocabularySize))], newTokens, [new RandomStream(1, StreamStage.Test, i + 1, b)]);
            }

            if (i == 0) processor = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            sampler.Sample(requests, new SamplingOptions(), []);
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        processor = Environment.CpuUsage.TotalTime - processor;
        Array.Sort(times);
        var tokens = batch * newTokens;
        Console.WriteLine(
            $"sample {shape} B{batch} threads {threads}: {tokens / times[repeats / 2]:F0} tok/s (min {tokens / times[^1]:F0} max {tokens / times[0]:F0}) {times[repeats / 2] / newTokens * 1e3:F2} ms/step " +
            $"cpu {processor.TotalSeconds / repeats:F2} s wall {times[repeats / 2]:F2} s");
    }
}
