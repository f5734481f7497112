// A GGUF file in llama.cpp, at the same work as Deliberate.Benchmarks prefill and decode: random tokens, logits of the last position only,
// a context made anew for each repeat and not counted; llama.cpp's own choice of cache and attention.
//   llama prefill FILE TOKENS THREADS
//   llama decode FILE STREAMS THREADS     so many prompts of 32 tokens, 128 new ones each in one batch, greedy; the first, which is the prompt's, is not counted
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using LLama;
using LLama.Common;
using LLama.Native;

const int prompt = 32, decoded = 128, repeats = 3;
var (what, path, size, threads) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture));
NativeLibraryConfig.All.WithLogCallback((_, _) => { });
NativeApi.llama_empty_call();
var streams = what == "decode" ? size : 1;
var context = what == "prefill" ? size + 1 : (prompt + decoded) * streams;
var parameters = new ModelParams(path) { ContextSize = (uint)context, BatchSize = (uint)context, UBatchSize = (uint)context, Threads = threads, BatchThreads = threads, GpuLayerCount = 0, SeqMax = (uint)streams };
using var weights = LLamaWeights.LoadFromFile(parameters);
var random = new Random(1);
var times = new List<double>();
for (var i = 0; i <= repeats; i++)
{
    using var made = weights.CreateContext(parameters);
    var start = Stopwatch.GetTimestamp();
    if (what == "prefill") Decode(made, [Prompt(size)], 0);
    if (what == "decode")
    {
        var next = Decode(made, [.. Enumerable.Range(0, streams).Select(_ => Prompt(prompt))], 0);
        start = Stopwatch.GetTimestamp();
        for (var t = 0; t + 1 < decoded; t++) next = Decode(made, [.. next.Select(id => (int[])[id])], prompt + t);
    }

    if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
}

times.Sort();
var peak = long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama.cpp {what} {size} {Path.GetFileName(path)} threads {threads}: {(what == "prefill" ? size : (decoded - 1) * streams) / times[times.Count / 2]:F1} tok/s, peak {peak / 1e6:F0} MB"));

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
