using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// Sampling as the PyTorch peer does it: prompts of 32 random tokens, all different, 128 new tokens each, drawn at temperature 1
/// without filters; the time includes the prefill. Prints the median over the repeats after half a second to warm up.
/// </summary>
internal static class SampleBenchmark
{
    private const int PromptLength = 32, NewTokens = 128;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(0.5);

    public static void Run(string shape, int batch, int threads, int repeats, int promptLength = PromptLength, int newTokens = NewTokens)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(shape, device, promptLength + newTokens);
        model.Pack(training: false);
        using var sampler = new Sampler(model, batch, promptLength + newTokens);
        var (times, processor, rounds) = Times(sampler, model.Configuration.VocabularySize, batch, promptLength, newTokens, repeats);
        var tokens = batch * newTokens;
        Console.WriteLine(
            $"sample {shape} B{batch} threads {threads}: {tokens / times[repeats / 2]:F0} tok/s (min {tokens / times[^1]:F0} max {tokens / times[0]:F0}) {times[repeats / 2] / newTokens * 1e3:F2} ms/step " +
            $"cpu {processor / repeats:F2} s wall {times[repeats / 2]:F2} s; {(long)rounds * tokens} tokens in all");
    }

    /// <summary>Seconds of each repeat, sorted, processor seconds of all together, and how often was sampled, warming up too.</summary>
    public static (double[] Times, double Processor, int Rounds) Times(Sampler sampler, int vocabulary, int batch, int promptLength, int newTokens, int repeats)
    {
        var round = 0;
        double Sample()
        {
            var requests = new SampleRequest[batch];
            for (var b = 0; b < batch; b++)
            {
                var stream = new RandomStream(0, StreamStage.Test, problem: b);
                requests[b] = new SampleRequest([.. Enumerable.Range(0, promptLength).Select(_ => stream.Next(vocabulary))], newTokens, [new RandomStream(1, StreamStage.Test, round, b)]);
            }

            round++;
            var start = Stopwatch.GetTimestamp();
            sampler.Sample(requests, new SamplingOptions(), []);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }

        // The runtime compiles hot methods again after a while: short samplings are done until it has.
        for (var begin = Stopwatch.GetTimestamp(); round == 0 || Stopwatch.GetElapsedTime(begin) < WarmUp;) Sample();
        var times = new double[repeats];
        var processor = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < repeats; i++) times[i] = Sample();
        processor = Environment.CpuUsage.TotalTime - processor;
        Array.Sort(times);
        return (times, processor.TotalSeconds, round);
    }
}
