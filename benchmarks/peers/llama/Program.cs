// A GGUF file in llama.cpp, at the same work as Deliberate.Benchmarks prefill and decode: random tokens, logits of the last position only,
// a context made anew for each repeat and not counted; llama.cpp's own choice of cache and attention.
//   llama prefill FILE TOKENS THREADS
//   llama decode FILE 1 THREADS           a prompt of 32 tokens, 128 new ones, greedy; the first, which is the prompt's, is not counted
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
var context = what == "prefill" ? size + 1 : prompt + decoded;
var parameters = new ModelParams(path) { ContextSize = (uint)context, BatchSize = (uint)context, UBatchSize = (uint)context, Threads = threads, BatchThreads = threads, GpuLayerCount = 0 };
using var weights = LLamaWeights.LoadFromFile(parameters);
var random = new Random(1);
var times = new List<double>();
for (var i = 0; i <= repeats; i++)
{
    using var made = weights.CreateContext(parameters);
    int[] ids = [.. Enumerable.Range(0, what == "prefill" ? size : prompt).Select(_ => random.Next(weights.Vocab.Count))];
    var start = Stopwatch.GetTimestamp();
    var next = Decode(made, ids, 0);
    if (what == "decode")
    {
        start = Stopwatch.GetTimestamp();
        for (var t = 0; t + 1 < decoded; t++) next = Decode(made, [next], prompt + t);
    }

    if (i > 0) times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
}

times.Sort();
var peak = long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"llama.cpp {what} {size} {Path.GetFileName(path)} threads {threads}: {(what == "prefill" ? size : decoded - 1) / times[times.Count / 2]:F1} tok/s, peak {peak / 1e6:F0} MB"));

static int Decode(LLamaContext context, int[] ids, int first)
{
    var batch = new LLamaBatch();
    for (var i = 0; i < ids.Length; i++) batch.Add(ids[i], first + i, LLamaSeqId.Zero, i == ids.Length - 1);
    if (context.NativeHandle.Decode(batch) != DecodeResult.Ok) throw new InvalidOperationException("llama.cpp does not decode the batch.");
    return TensorPrimitives.IndexOfMax(context.NativeHandle.GetLogitsIth(ids.Length - 1));
}
