using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

internal sealed record CachedAttentionCase(int KeyHeads, int Group, int HeadSize, int Tokens, int ForkAt, int Window, double SoftCap)
{
    public static Gen<CachedAttentionCase> Draw { get; } =
        from keyHeads in Gen.Choose(1, 2)
        from @group in Gen.Choose(1, 8)
        from size in Gen.Choose(1, 40)
        from tokens in Gen.Choose(2, 150)
        from fork in Gen.Choose(1, tokens - 1)
        from window in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(1, 100)))
        from softCap in Gen.Elements(0.0, 0.0, 2.5)
        select new CachedAttentionCase(keyHeads, @group, size, tokens, fork, window, softCap);
}

/// <summary>
/// The same sequence as one segment, and through the cache a few rows at a time, its second part by a fork of the sequence that
/// holds the first.
/// </summary>
internal sealed class CachedAttentionBench : IDisposable
{
    private const int Layers = 2;
    private readonly CachedAttentionCase _case;
    private readonly Device _device;
    private readonly AttentionShape _shape;
    private readonly Tensor _qkv, _output, _logSumExp;

    /// <param name="brainFloats">All values are brain floats.</param>
    public CachedAttentionBench(CachedAttentionCase @case, Device device, bool brainFloats = false)
    {
        _case = @case;
        _device = device;
        _shape = new AttentionShape(@case.KeyHeads * @case.Group, @case.KeyHeads, @case.HeadSize, 1 / Math.Sqrt(@case.HeadSize), true, @case.Window, @case.SoftCap);
        _qkv = Allocate(_shape.Columns);
        _output = Allocate(_shape.Heads * _shape.HeadSize);
        _logSumExp = Allocate(_shape.Heads);
        var random = new RandomStream(29, StreamStage.Test);
        var row = new double[_shape.Columns];
        for (var t = 0; t < @case.Tokens; t++)
        {
            foreach (ref var value in row.AsSpan())
            {
                value = (float)random.NextNormal();
                if (brainFloats) value = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits((float)value) & 0xFFFF0000);
            }

            _qkv.Value.Write((long)t * _qkv.Stride, row);
        }
    }

    public double[] AtOnce()
    {
        for (var head = 0; head < _case.KeyHeads; head++)
            _device.Kernels.Attention(_shape, _qkv, _output, _logSumExp, default, new Rows(0, _case.Tokens), head, _device.Scratches[0]);
        return ReadAndClear();
    }

    public double[] Cached(int rowsAtOnce, CacheStorage storage = CacheStorage.F32)
    {
        using var cache = new KeyValueCache(_device, _shape, Layers, storage);
        var first = new CachedSequence(cache);
        Continue(cache, first, _case.ForkAt, rowsAtOnce);
        var second = new CachedSequence(cache);
        second.ForkFrom(first);
        Continue(cache, second, _case.Tokens, rowsAtOnce);
        first.Clear();
        second.Clear();
        cache.LivePages.ShouldBe(0);
        return ReadAndClear();
    }

    public void Dispose()
    {
        foreach (var tensor in new[] { _qkv, _output, _logSumExp }) tensor.Value.Dispose();
    }

    private void Continue(KeyValueCache cache, CachedSequence sequence, int end, int rowsAtOnce)
    {
        while (sequence.Length < end)
        {
            var begin = sequence.Length;
            var rows = new Rows(begin, Math.Min(end, begin + rowsAtOnce));
            sequence.Extend(rows.Count);
            var middle = _case.KeyHeads / 2;
            foreach (var heads in new[] { new KeyHeads(0, middle), new KeyHeads(middle, _case.KeyHeads) })
            {
                _device.Kernels.StoreKeyValues(cache, sequence, Layers - 1, begin, _qkv, rows, heads);
                _device.Kernels.CachedAttention(_shape, cache, sequence, Layers - 1, begin, _qkv, _output, rows, heads, _device.Scratches[0]);
            }
        }
    }

    private Tensor Allocate(int columns) => new(columns, _device.Allocate((long)_case.Tokens * Tensor.PaddedStride(columns)));

    private double[] ReadAndClear()
    {
        var result = new double[_case.Tokens * _output.Columns];
        for (var t = 0; t < _case.Tokens; t++) _output.Value.Read((long)t * _output.Stride, result.AsSpan(t * _output.Columns, _output.Columns));
        _output.Value.Clear(0, _output.Value.Length);
        return result;
    }
}
