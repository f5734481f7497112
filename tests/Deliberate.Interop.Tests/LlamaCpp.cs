using System.Text;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Deliberate.Interop.Tests;

/// <summary>A GGUF file in llama.cpp itself: keys and values in F32, flash attention off, so that of an F32 file only the order of sums differs.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private static readonly StringBuilder Log = new();

    private readonly ModelParams _parameters;
    private readonly LLamaWeights _weights;

    static LlamaCpp()
    {
        NativeLibraryConfig.All.WithLogCallback((level, message) =>
        {
            lock (Log)
            {
                if (level >= LLamaLogLevel.Warning) Log.Append(message);
            }
        });
        // Loads the native libraries before anything else asks for a symbol of theirs.
        NativeApi.llama_empty_call();
    }

    private LlamaCpp(ModelParams parameters, LLamaWeights weights) => (_parameters, _weights) = (parameters, weights);

    /// <summary>Loads the native libraries with their log caught: whoever calls them otherwise than through this class says so first, for their settings are fixed by the first call.</summary>
    public static void EnsureLoaded()
    {
    }

    public static LlamaCpp Load(string path, int context)
    {
        var parameters = new ModelParams(path)
        {
            ContextSize = (uint)context,
            BatchSize = (uint)context,
            UBatchSize = (uint)context,
            // Several threads spin while they wait for one another, which on a busy machine takes minutes.
            Threads = 1,
            BatchThreads = 1,
            GpuLayerCount = 0,
            TypeK = GGMLType.GGML_TYPE_F32,
            TypeV = GGMLType.GGML_TYPE_F32,
            FlashAttention = false,
        };
        lock (Log) Log.Clear();
        try
        {
            return new LlamaCpp(parameters, LLamaWeights.LoadFromFile(parameters));
        }
        catch (Exception error)
        {
            lock (Log) throw new InvalidOperationException($"llama.cpp does not load {path}: {error.Message}\n{Log}", error);
        }
    }

    public int[] Tokenize(string text, bool special = false)
    {
        using var context = _weights.CreateContext(_parameters);
        return [.. context.NativeHandle.Tokenize(text, special, true, Encoding.UTF8).Select(t => (int)t)];
    }

    /// <summary>Logits [tokens][vocabulary].</summary>
    public float[][] Logits(int[] ids)
    {
        using var context = _weights.CreateContext(_parameters);
        Decode(context, ids, 0, all: true);
        return [.. Enumerable.Range(0, ids.Length).Select(i => context.NativeHandle.GetLogitsIth(i).ToArray())];
    }

    /// <summary>The most likely tokens after a prompt, with a pass for each.</summary>
    public int[] Greedy(int[] prompt, int count)
    {
        using var context = _weights.CreateContext(_parameters);
        Decode(context, prompt, 0, all: false);
        var ids = new int[count];
        for (var i = 0; i < count; i++)
        {
            var logits = context.NativeHandle.GetLogitsIth(i == 0 ? prompt.Length - 1 : 0);
            ids[i] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(logits);
            if (i + 1 < count) Decode(context, [ids[i]], prompt.Length + i, all: false);
        }

        return ids;
    }

    /// <summary>Draws tokens from the model's own distribution, with a pass for each.</summary>
    /// <param name="stops">Ids that end it; kept as its last token.</param>
    /// <param name="uniform">The number in [0, 1) of each token.</param>
    /// <returns>The tokens, and their log-probabilities in nats.</returns>
    public (int[] Ids, double[] LogProbabilities) Sample(int[] prompt, int most, int[] stops, Func<int, double> uniform)
    {
        using var context = _weights.CreateContext(_parameters);
        Decode(context, prompt, 0, all: false);
        List<int> ids = [];
        List<double> logp = [];
        while (true)
        {
            var logProbabilities = LogSoftmax(context.NativeHandle.GetLogitsIth(ids.Count == 0 ? prompt.Length - 1 : 0));
            var (left, id) = (uniform(ids.Count), 0);
            for (; id < logProbabilities.Length - 1; id++)
            {
                left -= Math.Exp(logProbabilities[id]);
                if (left < 0) break;
            }

            ids.Add(id);
            logp.Add(logProbabilities[id]);
            if (ids.Count == most || stops.Contains(id)) return ([.. ids], [.. logp]);
            Decode(context, [id], prompt.Length + ids.Count - 1, all: false);
        }
    }

    /// <summary>Natural logs of the probabilities that logits stand for.</summary>
    public static double[] LogSoftmax(ReadOnlySpan<float> logits)
    {
        double most = System.Numerics.Tensors.TensorPrimitives.Max(logits), sum = 0;
        foreach (var logit in logits) sum += Math.Exp(logit - most);
        var log = most + Math.Log(sum);
        var result = new double[logits.Length];
        for (var i = 0; i < result.Length; i++) result[i] = logits[i] - log;
        return result;
    }

    public void Dispose() => _weights.Dispose();

    private static void Decode(LLamaContext context, int[] ids, int first, bool all)
    {
        var batch = new LLamaBatch();
        for (var i = 0; i < ids.Length; i++) batch.Add(ids[i], first + i, LLamaSeqId.Zero, all || i == ids.Length - 1);
        context.NativeHandle.Decode(batch).ShouldBe(DecodeResult.Ok);
    }
}
