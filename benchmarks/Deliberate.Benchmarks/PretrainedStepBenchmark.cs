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
/// One step of GRPO of a pretrained model, all of its weights trained: word problems through its chat template, samples of each,
/// how far they are from the reference policy, and the update, with advantages that are random numbers of mean 0 in each group. Prints
/// seconds by phase, the peak of resident memory after each, the norm of the gradient (not clipped) and hashes of samples and gradient,
/// and can write the gradient to a file, which <see cref="Compare"/> holds against another's.
/// </summary>
internal static class PretrainedStepBenchmark
{
    private static readonly string[] s_problems =
    [
        "A baker fills 14 trays with 12 rolls each. He sells 95 rolls in the morning and 38 at noon. How many rolls are left in the evening?",
        "A train has 9 coaches with 64 seats each. On Monday 417 passengers take a seat, and at the next station 52 of them leave. How many seats are free then?",
        "Nora saves 15 coins a week. After 8 weeks she buys a book for 37 coins and a pen for 6. How many coins does she have then?",
        "A farmer has 230 apples and packs them in boxes of 18. How many apples are left over when he has filled as many boxes as he can?",
        "Two friends share 96 marbles so that one has 20 more than the other. How many marbles does the one with fewer have?",
        "A pool holds 3600 litres. One pipe brings 45 litres a minute and another 35. How many minutes does it take to fill the empty pool?",
        "A library lends 128 books on the first day, half as many on the second and 25 more than on the second on the third. How many books are that in all three days?",
        "A ticket costs 7 for a child and 12 for an adult. A group of 6 children and some adults pays 102 together. How many adults are there?",
    ];

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
        var trainer = new PolicyTrainer(graph, optimizer, grpo.Create(grpo.Defaults), tokens, temperature: 1, shared);
        clock.Done("load");

        var requests = new SampleRequest[prompts];
        for (var p = 0; p < prompts; p++)
            requests[p] = new SampleRequest(encoder.Prompt(s_problems[p % s_problems.Length]), tokens, [.. Enumerable.Range(0, samples).Select(s => new RandomStream(1, StreamStage.Test, 0, p, s))]);
        for (var step = 0; step < Number("steps", 1); step++)
        {
            var rollouts = sampler.Sample(requests, new SamplingOptions(), encoder.StopIds);
            clock.Done("sample");
            var batch = Batch(requests, rollouts);
            var distance = reference?.DistanceOf(batch) ?? double.NaN;
            clock.Done("reference");
            var done = trainer.Step(batch, 1, new PolicyMetrics(), isSamplers: true);
            clock.Done("update");
            var ids = rollouts.SelectMany(r => r).SelectMany(r => r.Tokens).ToArray();
            Console.WriteLine(
                $"{requests.Length} x {samples} samples, prompts of {requests.Average(r => r.Prompt.Length):F1} tokens, {ids.Length} tokens sampled; loss {done.Loss:R}, gradient norm {done.GradientNorm:R}, distance {distance:R}; " +
                $"samples {Convert.ToHexString(SHA256.HashData(MemoryMarshal.AsBytes<int>(ids)))[..12]}, gradient {Hash(model.Parameters)}");
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

    private static List<PolicySample> Batch(SampleRequest[] requests, Rollout[][] rollouts)
    {
        var batch = new List<PolicySample>();
        for (var p = 0; p < rollouts.Length; p++)
        {
            var stream = new RandomStream(2, StreamStage.Test, 0, p);
            double[] rewards = [.. rollouts[p].Select(_ => stream.NextDouble())];
            batch.AddRange(rollouts[p].Select((rollout, s) => new PolicySample(requests[p].Prompt, rollout, rewards[s] - rewards.Average())));
        }

        return batch;
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
        private readonly List<(string Name, double Seconds, double Processor, long Peak)> _done = [];
        private long _start = Stopwatch.GetTimestamp();
        private TimeSpan _used = Environment.CpuUsage.TotalTime;

        public void Done(string name)
        {
            _done.Add((name, Stopwatch.GetElapsedTime(_start).TotalSeconds, (Environment.CpuUsage.TotalTime - _used).TotalSeconds, Memory("VmHWM:")));
            (_start, _used) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        }

        public void Print()
        {
            foreach (var (name, seconds, processor, peak) in _done) Console.WriteLine($"{name,-10} {seconds,7:F2} s {processor,7:F2} s of processors, peak {peak / 1e6:F0} MB");
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
