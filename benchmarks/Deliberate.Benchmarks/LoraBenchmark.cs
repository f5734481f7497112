using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// A step that trains a LoRA adapter of rank 16 on all linear layers: forward, backward, AdamW on the adapter; random tokens, every
/// position a target, random weights of a known model's shape that are never in memory as F32 unless that is their storage. Prints
/// the median over the steps after two to warm up, and the peak of resident memory.
/// </summary>
internal static class LoraBenchmark
{
    private const int Length = 256;

    public static void Run(string shape, string storage, int threads, int tokens, int microBatch, int steps)
    {
        using var device = Device.Cpu(threads);
        var configuration = Shapes.SmolLm2(shape, 2048);
        using var model = new LanguageModel(device, configuration, Enum.Parse<WeightStorage>(storage));
        using (var source = new RandomTensors(configuration)) model.Load(source);
        var settings = new AdapterConfiguration { Rank = 16, Alpha = 32 };
        var adapter = AdapterLayout.New(model, settings, shape);
        AdapterLayout.Initialise(adapter, model, 1);
        model.Adapt(adapter, settings, baseWeights: null);
        model.Pack(training: true);
        // Layers made again where their activations would exceed the weights.
        using var graph = new TrainingGraph(model, microBatch, microBatch / Length, Length, recomputation: configuration.HiddenSize > 1000 ? Recomputation.Layers : Recomputation.Elementwise);
        using var optimizer = new Optimizer(device, model.Trained, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-4, ClipNorm = 0 });
        var stream = new RandomStream(0, StreamStage.Test);
        var data = new int[tokens / Length][];
        for (var i = 0; i < data.Length; i++) data[i] = [.. Enumerable.Range(0, Length).Select(_ => stream.Next(configuration.VocabularySize))];
        List<double> times = [], forwards = [], updates = [];
        var used = TimeSpan.Zero;
        for (var step = 0; step < steps + 2; step++)
        {
            var (start, forward) = (Stopwatch.GetTimestamp(), 0.0);
            if (step == 2) used = Environment.CpuUsage.TotalTime;
            for (var next = 0; next < data.Length;)
            {
                graph.Batch.Clear();
                while (next < data.Length && graph.Batch.Fits(Length)) graph.Batch.AddSequence(data[next++], 1, Length);
                var began = Stopwatch.GetTimestamp();
                graph.ForwardHidden();
                forward += Stopwatch.GetElapsedTime(began).TotalSeconds;
                for (var t = 0; t < graph.Batch.Tokens; t++) graph.Head.Upstream.Value.Write(2L * t, [-1.0 / tokens, 0]);
                graph.Backward();
            }

            var update = Stopwatch.GetTimestamp();
            optimizer.Step(0, 1);
            optimizer.ClearGradients();
            model.Pack(training: true);
            if (step < 2) continue;
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            forwards.Add(forward);
            updates.Add(Stopwatch.GetElapsedTime(update).TotalSeconds);
        }

        times.Sort();
        forwards.Sort();
        updates.Sort();
        var count = data.Length * Length;
        var processor = (Environment.CpuUsage.TotalTime - used).TotalMicroseconds / ((long)count * steps);
        Console.WriteLine(
            $"lora {shape} base {storage} {tokens} tokens in {microBatch}, threads {threads}: {count / times[times.Count / 2]:F0} tok/s (min {count / times[^1]:F0} max {count / times[0]:F0}) " +
            $"step {times[times.Count / 2]:F2} s, forward {forwards[forwards.Count / 2]:F2}, update {updates[updates.Count / 2]:F3}; {model.Trained.Count:N0} of {model.Parameters.Count:N0} trained; peak memory {PeakMemory() / 1e6:F0} MB; processor {processor:F0} microseconds a token, {(long)count * (steps + 2)} tokens in all");
    }

    /// <summary>Of the process, which Environment.WorkingSet does not say.</summary>
    internal static long PeakMemory()
    {
        foreach (var line in File.ReadLines("/proc/self/status"))
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal)) return long.Parse(line[6..^2].Trim()) * 1024;
        return Process.GetCurrentProcess().PeakWorkingSet64;
    }

    /// <summary>Tensors of a shape that are made as they are read.</summary>
    private sealed class RandomTensors(ModelConfiguration configuration) : ITensorSource
    {
        private readonly Dictionary<string, TensorInfo> _infos = ParameterNames.Of(configuration).ToDictionary(p => p.Name, p => new TensorInfo(p.Name, StoredType.F32, p.Shape), StringComparer.Ordinal);

        public string Path => "random";

        public IReadOnlyList<string> Files => [];

        public IReadOnlyList<string> Names => [.. _infos.Keys];

        public bool Contains(string name) => _infos.ContainsKey(name);

        public TensorInfo Info(string name) => _infos[name];

        public void Read(string name, Span<float> destination, long start = 0)
        {
            if (_infos[name].Shape.Count == 1)
            {
                destination.Fill(1);
                return;
            }

            // Cheap and small: only their size matters here.
            var state = (uint)start * 2654435761u;
            foreach (ref var value in destination)
            {
                state = (state * 1664525) + 1013904223;
                value = ((int)(state >> 8) - (1 << 23)) * (0.04f / (1 << 23));
            }
        }

        public void ReadDouble(string name, Span<double> destination, long start = 0) => throw new NotSupportedException();

        public void ReadBytes(string name, Span<byte> destination, long offset = 0) => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
