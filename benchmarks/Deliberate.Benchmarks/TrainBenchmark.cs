using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// One supervised training step as the PyTorch peer does it: forward, backward, AdamW on all parameters; random tokens, every
/// position a target. Prints the median over the steps after two to warm up.
/// </summary>
internal static class TrainBenchmark
{
    internal const int WarmUp = 2;

    /// <summary>Seconds of a step and of its parts.</summary>
    internal readonly record struct StepTime(double Total, double Forward, double Backward, double Update) : IComparable<StepTime>
    {
        public int CompareTo(StepTime other) => Total.CompareTo(other.Total);
    }

    public static void Run(string shape, int sequences, int length, int threads, int steps)
    {
        var (median, fastest, slowest, processor) = Measure(shape, sequences, length, threads, steps);
        var count = sequences * length;
        Console.WriteLine(
            $"train {shape} {sequences}x{length} threads {threads}: {count / median.Total:F0} tok/s (min {count / slowest.Total:F0} max {count / fastest.Total:F0}) step {median.Total * 1e3:F1} ms " +
            $"forward {median.Forward * 1e3:F1} backward {median.Backward * 1e3:F1} update {median.Update * 1e3:F1}; peak memory {LoraBenchmark.PeakMemory() / 1e6:F0} MB; processor {processor * 1e6:F1} microseconds a token, {(long)count * (steps + WarmUp)} tokens in all");
    }

    /// <returns>Of the measured steps; processor seconds a token of all of them together.</returns>
    public static (StepTime Median, StepTime Fastest, StepTime Slowest, double Processor) Measure(string shape, int sequences, int length, int threads, int steps)
    {
        using var device = Device.Cpu(threads);
        using var model = Shapes.Model(shape, device, length);
        var tokens = Math.Min(sequences * length, Math.Max(4096, length));
        using var graph = new TrainingGraph(model, tokens, tokens, length);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-4, WeightDecay = 0.1, ClipNorm = 0 });
        var stream = new RandomStream(0, StreamStage.Test);
        var data = new int[sequences][];
        for (var i = 0; i < sequences; i++) data[i] = [.. Enumerable.Range(0, length).Select(_ => stream.Next(model.Configuration.VocabularySize))];
        var times = new List<StepTime>();
        var used = TimeSpan.Zero;
        for (var step = 0; step < steps + WarmUp; step++)
        {
            double forward = 0, backward = 0;
            if (step == WarmUp) used = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            model.Pack(training: true);
            for (var next = 0; next < sequences;)
            {
                graph.Batch.Clear();
                while (next < sequences && graph.Batch.Fits(length)) graph.Batch.Add(data[next], data[next++]);
                var t0 = Stopwatch.GetTimestamp();
                graph.ForwardHidden();
                var t1 = Stopwatch.GetTimestamp();
                FillUpstream(graph, -1.0 / (sequences * length));
                graph.Backward();
                forward += Stopwatch.GetElapsedTime(t0, t1).TotalSeconds;
                backward += Stopwatch.GetElapsedTime(t1).TotalSeconds;
            }

            var t2 = Stopwatch.GetTimestamp();
            optimizer.Step(0, 1);
            optimizer.ClearGradients();
            if (step >= WarmUp) times.Add(new StepTime(Stopwatch.GetElapsedTime(start).TotalSeconds, forward, backward, Stopwatch.GetElapsedTime(t2).TotalSeconds));
        }

        var processor = (Environment.CpuUsage.TotalTime - used).TotalSeconds / ((long)steps * sequences * length);
        times.Sort();
        return (times[times.Count / 2], times[0], times[^1], processor);
    }

    private static unsafe void FillUpstream(TrainingGraph graph, double value)
    {
        var upstream = graph.Head.Upstream.Value.F32;
        for (var t = 0; t < graph.Batch.Tokens; t++) (upstream[2 * t], upstream[(2 * t) + 1]) = ((float)value, 0);
    }
}
