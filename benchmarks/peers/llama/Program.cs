// A GGUF file in llama.cpp, at the same work as Deliberate.Benchmarks prefill and decode: random tokens, logits of the last position only,
// a context made anew for each repeat and not counted; llama.cpp's own choice of cache and attention.
//   llama prefill FILE TOKENS THREADS
//   llama decode FILE STREAMS THREADS            so many prompts of 32 tokens, 128 new ones each in one batch, greedy; the first, which is the prompt's, is not counted
//   llama streams FILE STREAMS THREADS TOKENS    so many prompts of 45 tokens, as serve-streams writes them, and so many new ones each in one batch, greedy; the time of prompts is counted
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using LLama;
using LLama.Common;
using LLama.Native;

var (prompt, decoded, repeats) = args[0] == "streams" ? (45, int.Parse(args[4], CultureInfo.InvariantCulture), 1) : (32, 128, 3);
var (what, path, size, threads) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
NativeApi.llama_empty_call();
var streams = what == "prefill" ? 1 : size;
var context = what == "prefill" ? size + 1 : (prompt + decoded) * streams;
var parameters = new ModelParams(path) { ContextSize = (uint)context, BatchSize = (uint)context, UBatchSize = (uint)context, Threads = threads, BatchThreads = threads, GpuLayerCount = 0, SeqMax = (uint)streams };
using var weights = LLamaWeights.LoadFromFile(parameters);
var random = new Random(1);
var times = new List<double>();
var busy = TimeSpan.Zero;
for (var i = 0; i <= repeats; i++)
{
    using var made = weights.CreateContext(parameters);
    var start = Stopwatch.GetTimestamp();
    var spent = Environment.CpuUsage.TotalTime;
    if (what == "prefill") Decode(made, [Prompt(size)], 0);
    if (what != "prefill")
    {
        var next = Decode(made, [.. Enumerable.Range(0, streams).Select(_ => Prompt(prompt))], 0);
        if (what == "decode") (start, spent) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var t = 0; t + 1 < decoded; t++) next = Decode(made, [.. next.Select(id => (int[])[id])], prompt + t);
    }

    if (i == 0) continue;
    times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
    busy += Environment.CpuUsage.TotalTime - spent;
}

times.Sort();
var peak = long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
// LLamaSharp brings a build for each level of vector instructions, and chooses.
var build = Path.GetFileName(Path.GetDirectoryName(File.ReadLines("/proc/self/maps").Select(l => l.Split(' ')[^1]).FirstOrDefault(l => l.Contains("ggml-cpu", StringComparison.Ordinal)))) ?? "unknown";
var counted = what == "prefill" ? size : (what == "decode" ? decoded - 1 : decoded) * streams;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama.cpp {what} {size} {Path.GetFileName(path)} threads {threads} build {build}: {counted / times[times.Count / 2]:F1} tok/s, {counted * times.Count / busy.TotalSeconds:F1} tok/processor s, peak {peak / 1e6:F0} MB"));

int[] Prompt(int length) => [.. Enumerable.Range(0, length).Select(_ => random.Next(weights.Vocab.Count))];

// One pass over what each stream goes on with; the likeliest token of each.
static int[] Decode(LLamaContext context, int[][] ids, int first)
{
    var batch = new LLamaBatch();
    var last = new int[ids.Length];
    for (var stream = 0; stream < ids.Length; stream++)
    {
        for (var i = 0; i < ids[stream].Length; i++) last[stream] = batch.Add(ids[stream][i], first + i, (LLamaSeqId)stream, i == ids[stream].Length - 1);
    }

    if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) throw new InvalidOperationException("llama.cpp does not decode the batch.");
    return [.. last.Select(at => TensorPrimitives.IndexOfMax(context.NativeHandle.GetLogitsIth(at)))];
}
