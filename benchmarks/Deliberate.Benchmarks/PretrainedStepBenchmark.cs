using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Benchmarks;

/// <summary>
/// Steps of GRPO of a pretrained model, all of its weights trained: problems through its chat template, samples of each, how far they are
/// from the reference policy, and the update (<see cref="StepProblems"/>). Prints seconds by phase, the peak of resident memory after each, the
/// norm of the gradient (not clipped) and hashes of samples and gradient, and can write the last gradient to a file, which <see cref="Compare"/>
/// holds against another's.
/// </summary>
internal static class PretrainedStepBenchmark
{
    /// <param name="path">Of the model.</param>
    /// <param name="options"><c>key=value</c>.</param>
    public static void Run(string path, IReadOnlyList<string> options)
    {
        var set = options.Select(o => o.Split('=', 2)).ToDictionary(o => o[0], o => o[1], StringComparer.Ordinal);
        int Number(string key, int otherwise) => set.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        int prompts = Number("prompts", 8), samples = Number("samples", 8), tokens = Number("max_tokens", 96), microBatch = Number("micro_batch", 4096), context = Number("context", 512);
        var recomputation = set.TryGetValue("recompute", out var again) ? Enum.Parse<Recomputation>(again, ignoreCase: true) : Recomputation.None;
        var clock = new Phases();
        using var device = Device.Cpu(Number("threads", 2));
        var (model, text) = Checkpoint.LoadModel(path, device);
        using var owned = model;
        bool lean = Number("lean", 0) != 0, shared = Number("shared", 0) != 0;
        if (lean) model.BecomeLean();
        model.Pack(training: true);
        var encoder = new ProblemEncoder(text);
        using var graph = new TrainingGraph(model, microBatch, RunSession.Segments(microBatch), context, recomputation: recomputation);
        using var optimizer = new Optimizer(device, model.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 1e-6, ClipNorm = 0 });
        using var sampler = new Sampler(model, prompts * samples, context);
        using var reference = Number("reference", 1) == 0 ? null
            : lean ? ReferencePolicy.InPlaceOf(graph, path, 1, shared)
            : ReferencePolicy.Load(path, device, microBatch, context, 1, shared);
        var grpo = PolicyObjectives.Find("grpo");
        var trainer = new PolicyTrainer(graph, optimizer, grpo.Create(grpo.Defaults), tokens, temperature: 1, shared) { SkipsIdle = Number("skip", 0) != 0 };
        using var problems = new StepProblems(sampler, encoder, set.GetValueOrDefault("problems"), prompts, samples, tokens, seed: (ulong)Number("seed", 1));
        clock.Done("load");

        for (var step = 0; step < Number("steps", 1); step++)
        {
            var groups = problems.Draw(step);
            problems.Judge(groups);
            clock.Done("sample");
            PolicySample[] batch = [.. groups.SelectMany(g => g.Rollouts.Select((rollout, s) => new PolicySample(g.Prompt, rollout, g.Advantages[s])))];
            var (distance, measured) = reference?.DistanceOf(batch, Number("kl_samples", batch.Length), new RandomStream(1, StreamStage.ReferenceDistance, step)) ?? (double.NaN, 0);
            clock.Done("reference");
            var done = trainer.Step(batch, 1, new PolicyMetrics(), isSamplers: true);
            clock.Done("update");
            var ids = batch.SelectMany(s => s.Rollout.Tokens).ToArray();
            Console.WriteLine(
                $"{groups.Length} x {samples} samples, prompts of {groups.Average(g => g.Prompt.Length):F1} tokens, {ids.Length} tokens sampled; {groups.Count(g => g.Advantages.All(a => a == 0))} groups without advantages, {trainer.Idle} samples left out; " +
                $"loss {done.Loss:R}, gradient norm {done.GradientNorm:R}, distance {distance:R} of {measured} tokens; samples {Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)))[..12]}, gradient {Hash(model.Parameters)}");
        }

        clock.Print();
        if (!set.TryGetValue("gradient", out var file)) return;
        using var stream = File.Create(file);
        ForPieces(model.Parameters, piece => stream.Write(MemoryMarshal.AsBytes(piece)));
    }

    /// <summary>‖a - b‖ / ‖b‖ of two gradients that <see cref="Run"/> wrote.</summary>
    public static void Compare(string first, string second)
    {
        using FileStream a = File.OpenRead(first), b = File.OpenRead(second);
        if (a.Length != b.Length) throw new InvalidDataException($"{first} and {second} are not of one model.");
        double difference = 0, square = 0, largest = 0;
        float[] one = new float[1 << 16], other = new float[1 << 16];
        for (long at = 0; at < a.Length; at += one.Length * sizeof(float))
        {
            var count = (int)Math.Min(one.Length, (a.Length - at) / sizeof(float));
            a.ReadExactly(MemoryMarshal.AsBytes(one.AsSpan(0, count)));
            b.ReadExactly(MemoryMarshal.AsBytes(other.AsSpan(0, count)));
            for (var i = 0; i < count; i++)
            {
                var apart = (double)one[i] - other[i];
                difference += apart * apart;
                square += (double)other[i] * other[i];
                largest = Math.Max(largest, Math.Abs(apart));
            }
        }

        Console.WriteLine($"relative difference {Math.Sqrt(difference / square):E3}, largest {largest:E3}, norm {Math.Sqrt(square):R}");
    }

    private static string Hash(ParameterStore parameters)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ForPieces(parameters, piece => hash.AppendData(MemoryMarshal.AsBytes(piece)));
        return Convert.ToHexString(hash.GetHashAndReset())[..12];
    }

    private static void ForPieces(ParameterStore parameters, Action<Span<float>> take)
    {
        var buffer = new float[1 << 16];
        for (long at = 0; at < parameters.BufferLength; at += buffer.Length)
        {
            var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameters.BufferLength - at));
            parameters.Gradients.Read(at, piece);
            take(piece);
        }
    }

    /// <summary>Seconds, processor seconds and the peak of memory so far, phase by phase.</summary>
    private sealed class Phases
    {
        private readonly List<(string Name, double Seconds, double Processor, double System, long Peak)> _done = [];
        private long _start = Stopwatch.GetTimestamp();
        private Environment.ProcessCpuUsage _used = Environment.CpuUsage;

        public void Done(string name)
        {
            var used = Environment.CpuUsage;
            _done.Add((name, Stopwatch.GetElapsedTime(_start).TotalSeconds, (used.TotalTime - _used.TotalTime).TotalSeconds, (used.PrivilegedTime - _used.PrivilegedTime).TotalSeconds, Memory("VmHWM:")));
            (_start, _used) = (Stopwatch.GetTimestamp(), used);
        }

        public void Print()
        {
            foreach (var (name, seconds, processor, system, peak) in _done) Console.WriteLine($"{name,-10} {seconds,7:F2} s {processor,7:F2} s of processors, the system's {system,5:F2} s among them, peak {peak / 1e6:F0} MB");
            var steps = _done.Where(d => d.Name != "load").ToArray();
            var rounds = steps.Count(d => d.Name == "sample");
            Console.WriteLine($"a step     {steps.Sum(d => d.Seconds) / rounds,7:F2} s {steps.Sum(d => d.Processor) / rounds,7:F2} s of processors, peak {_done[^1].Peak / 1e6:F0} MB, now {Memory("VmRSS:") / 1e6:F0} MB");
        }

        private static long Memory(string field)
        {
            foreach (var line in File.ReadLines("/proc/self/status"))
                if (line.StartsWith(field, StringComparison.Ordinal)) return long.Parse(line[field.Length..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
            return 0;
        }
    }
}
