using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// What running a model for inference takes, known before a weight is read. Weights: matrices once, as they are stored, vectors
/// as F32. Cache: keys and values as they are held, whole pages. Working memory: the activations of one pass, a few rows of logits and the rotary tables.
/// </summary>
/// <param name="Weights">Bytes.</param>
/// <param name="Cache">Bytes, where every slot fills its positions.</param>
/// <param name="Working">Bytes.</param>
internal sealed record MemoryEstimate(WeightStorage Storage, long Weights, long Cache, long Working)
{
    /// <summary>The runtime, the vocabulary, code.</summary>
    private const long Program = 100_000_000;

    public long Total => Weights + Cache + Working + Program;

    /// <param name="slots">Sequences in flight.</param>
    /// <param name="positions">Longest sequence, prompt and completion together.</param>
    public static MemoryEstimate Of(ModelConfiguration c, WeightStorage storage, int slots, int positions, CacheStorage cache = CacheStorage.F32)
    {
        long pages = (positions + KeyValueCache.PageTokens - 1) / KeyValueCache.PageTokens;
        var page = 2L * c.LayerCount * c.KeyValueHeadCount * KeyValueCache.PageTokens * c.HeadSize * (cache == CacheStorage.BF16 ? sizeof(ushort) : sizeof(float));
        var tokens = Sampler.TokenCapacity(slots, positions);
        var columns = (4L * c.HiddenSize) + (((2L * c.HeadCount) + (2L * c.KeyValueHeadCount)) * c.HeadSize) + (3L * c.IntermediateSize);
        // One for each way that layers turn.
        var rotary = (c.SlidingRope is null ? 1L : 2) * positions * c.RotaryDimensions * sizeof(float);
        // Two layers' activations are held, by turns.
        var working = (2 * tokens * columns * sizeof(float)) + (2L * slots * c.VocabularySize * sizeof(float)) + rotary;
        return new MemoryEstimate(storage, WeightBytes(c, storage), slots * pages * page, working);
    }

    /// <summary>Bytes of all weights, each once.</summary>
    public static long WeightBytes(ModelConfiguration configuration, WeightStorage storage)
    {
        double bytes = 0;
        foreach (var parameter in ParameterNames.Of(configuration))
        {
            var shape = parameter.Shape.AsSpan();
            bytes += shape.Length == 1 ? shape[0] * sizeof(float) : shape[0] * shape[1] * BytesAWeight(storage);
        }

        return (long)bytes;
    }

    public static double BytesAWeight(WeightStorage storage) => storage switch
    {
        WeightStorage.F32 => 4,
        WeightStorage.BF16 => 2,
        _ => 1 + (4.0 / 32),
    };

    /// <summary>Throws where the model does not fit.</summary>
    /// <param name="available">Bytes free; null to ask the machine.</param>
    /// <param name="beside">What else this process has loaded, to name; null for nothing.</param>
    public void EnsureFits(ModelConfiguration configuration, string path, long? available = null, string? beside = null)
    {
        var free = available ?? MachineMemory.Available;
        if (Total <= free) return;
        var narrower = Enum.GetValues<WeightStorage>().Where(s => WeightBytes(configuration, s) + Total - Weights <= free && WeightBytes(configuration, s) < Weights).ToArray();
        throw new UserError(
            $"needs about {Quantity.Bytes(Total)} of memory ({this}), but only {Quantity.Bytes(free)} are free{(beside is null ? "" : $" beside {beside}")}.", path,
            advice: narrower.Length > 0
                ? $"Hold the weights narrower: --weights {narrower[0].ToString().ToLowerInvariant()} takes {Quantity.Bytes(WeightBytes(configuration, narrower[0]))} for them."
                : beside is not null ? "Dispose of a model that is loaded, allow less memory for keys and values, or take a smaller model."
                : "Close programs, lower the context or the number of sequences at once, or take a smaller model.");
    }

    public override string ToString() =>
        $"weights as {Storage} {Quantity.Bytes(Weights)}, keys and values {Quantity.Bytes(Cache)}, working memory {Quantity.Bytes(Working)}, program {Quantity.Bytes(Program)}";
}
