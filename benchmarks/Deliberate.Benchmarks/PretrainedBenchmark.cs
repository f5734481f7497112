using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Tensors;

namespace Deliberate.Benchmarks;

/// <summary>
/// A pretrained model at work: prefill of one prompt (tokens a second, logits of the last position only) and greedy decoding at
/// a batch size after a prompt of 32 tokens, 128 new ones each. Prints medians and the process's peak memory.
/// </summary>
internal static class PretrainedBenchmark
{
    private const int DecodePrompt = 32, DecodeTokens = 128;

    public static void Prefill(string path, WeightStorage storage, int length, int threads, int repeats)
    {
        using var opened = Open(path, storage, threads);
        using var sampler = new Sampler(opened.Model, 1, length + 1);
        var request = new SampleRequest(Prompt(opened.Model, length, 0), 1, [new RandomStream(0, StreamStage.Test)]);
        var times = new List<double>();
        for (var i = 0; i < repeats + 1; i++)
        {
            var start = Stopwatch.GetTimestamp();
            sampler.Sample([request], new SamplingOptions { Temperature = 0 }, []);
            if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        times.Sort();
        Print($"prefill {length} {storage} threads {threads}", length / times[times.Count / 2], (repeats + 1L) * length, opened.LoadSeconds);
    }

    public static void Decode(string path, WeightStorage storage, int batch, int threads, int repeats)
    {
        using var opened = Open(path, storage, threads);
        using var sampler = new Sampler(opened.Model, batch, DecodePrompt + DecodeTokens);
        var times = new List<double>();
        for (var i = 0; i < repeats + 1; i++)
        {
            double prefill = Time(1), whole = Time(DecodeTokens);
            if (i > 0) times.Add(whole - prefill);
        }

        times.Sort();
        Print($"decode {batch} {storage} threads {threads}", batch * (DecodeTokens - 1) / times[times.Count / 2], (repeats + 1L) * batch * (DecodeTokens + 1), opened.LoadSeconds);

        double Time(int tokens)
        {
            var requests = new SampleRequest[batch];
            for (var b = 0; b < batch; b++) requests[b] = new SampleRequest(Prompt(opened.Model, DecodePrompt, b), tokens, [new RandomStream(0, StreamStage.Test, problem: b)]);
            var start = Stopwatch.GetTimestamp();
            sampler.Sample(requests, new SamplingOptions { Temperature = 0 }, []);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    /// <summary>Writes all weights as raw little-endian F32, one after another in the model's order, for the peer to read.</summary>
    public static void Export(string path, string target)
    {
        using var source = WeightSource.Open(path);
        using var file = File.Create(target);
        foreach (var name in source.Names.Order(StringComparer.Ordinal))
        {
            var values = new float[source.Info(name).Count];
            source.Read(name, values);
            file.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            Console.WriteLine($"{name} {string.Join(' ', source.Info(name).Shape.ToArray())}");
        }
    }

    private static int[] Prompt(LanguageModel model, int length, int index)
    {
        var stream = new RandomStream(0, StreamStage.Test, problem: index);
        return [.. Enumerable.Range(0, length).Select(_ => stream.Next(model.Configuration.VocabularySize))];
    }

    private static void Print(string what, double rate, long tokens, double load)
    {
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"{what}: {rate:F1} tok/s, {tokens} tokens in all, load {load:F2} s, peak {process.PeakWorkingSet64 / 1e6:F0} MB");
    }

    private static Opened Open(string path, WeightStorage storage, int threads)
    {
        var start = Stopwatch.GetTimestamp();
        var device = Device.Cpu(threads);
        using var source = WeightSource.Open(path);
        var configuration = source is GgufWeights gguf ? gguf.Configuration : ModelConfiguration.Load(path);
        var model = new LanguageModel(device, configuration, storage);
        model.Load(source);
        return new Opened(device, model, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private sealed record Opened(Device Device, LanguageModel Model, double LoadSeconds) : IDisposable
    {
        public void Dispose()
        {
            Model.Dispose();
            Device.Dispose();
        }
    }
}
