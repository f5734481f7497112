using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;
using Ints = ILGPU.ArrayView<int>;

namespace Deliberate.Tensors;

/// <summary>Attention and the cache: of a whole block, or of one segment and some of the heads, by the same kernels.</summary>
internal sealed partial class GpuKernels
{
    /// <summary>Scores held at once.</summary>
    private const long MostScores = 1 << 24;

    private const int ScoreSlot = 1, SumSlot = 2, GradientSlot = 3;

    private readonly GpuAttentionTable _table = new(device);

    private readonly Lazy<Action<Index1D, Floats, Floats, Ints, Ints, Floats, KeyPlaces, AttendShape>> _scores =
        new(() => device.Loader.Load<Floats, Floats, Ints, Ints, Floats, KeyPlaces, AttendShape>(GpuAttentionCode.Scores));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, AttendShape>> _sums =
        new(() => device.Loader.Load<Ints, Floats, Floats, AttendShape>(GpuAttentionCode.Sums));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, AttendShape>> _probabilities =
        new(() => device.Loader.Load<Ints, Floats, Floats, AttendShape>(GpuAttentionCode.Probabilities));

    private readonly Lazy<Action<Index1D, Floats, Ints, Ints, Floats, Floats, KeyPlaces, AttendShape>> _outputs =
        new(() => device.Loader.Load<Floats, Ints, Ints, Floats, Floats, KeyPlaces, AttendShape>(GpuAttentionCode.Outputs));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, AttendShape>> _logSumExp =
        new(() => device.Loader.Load<Ints, Floats, Floats, AttendShape>(GpuAttentionCode.LogSumExp));

    private readonly Lazy<Action<Index1D, Ints, Floats, Floats, Floats, AttendShape>> _dots =
        new(() => device.Loader.Load<Ints, Floats, Floats, Floats, AttendShape>(GpuAttentionCode.Dots));

    private readonly Lazy<Action<Index1D, Floats, Ints, Ints, Floats, Floats, Floats, Floats, Floats, KeyPlaces, AttendShape>> _scoreGradients =
        new(() => device.Loader.Load<Floats, Ints, Ints, Floats, Floats, Floats, Floats, Floats, KeyPlaces, AttendShape>(GpuAttentionCode.ScoreGradients));

    private readonly Lazy<Action<Index1D, Floats, Ints, Ints, Floats, Floats, KeyPlaces, AttendShape>> _queryGradients =
        new(() => device.Loader.Load<Floats, Ints, Ints, Floats, Floats, KeyPlaces, AttendShape>(GpuAttentionCode.QueryGradients));

    private readonly Lazy<Action<Index1D, Floats, Ints, Ints, Floats, Floats, Floats, Floats, KeyPlaces, AttendShape>> _keyGradients =
        new(() => device.Loader.Load<Floats, Ints, Ints, Floats, Floats, Floats, Floats, KeyPlaces, AttendShape>(GpuAttentionCode.KeyGradients));

    private readonly Lazy<Action<Index1D, Floats, KeyPlaces, int, int, int, int>> _clearKeys =
        new(() => device.Loader.Load<Floats, KeyPlaces, int, int, int, int>(GpuAttentionCode.ClearKeys));

    private readonly Lazy<Action<Index1D, Floats, Ints, Ints, Floats, KeyPlaces, KeyPlaces, int, int, int>> _store =
        new(() => device.Loader.Load<Floats, Ints, Ints, Floats, KeyPlaces, KeyPlaces, int, int, int>(GpuAttentionCode.Store));

    public void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Batch batch, Block block)
    {
        using var held = device.Gate.EnterScope();
        _table.OfBatch(batch, block);
        Attend(shape, qkv, View(qkv, 0), RowsOf(shape, qkv), output, logSumExp, new KeyHeads(0, shape.KeyHeads));
    }

    public void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        _table.OfSegment(prefix, segment);
        Attend(shape, qkv, View(qkv, 0), RowsOf(shape, qkv), output, logSumExp, new KeyHeads(keyHead, keyHead + 1));
    }

    public void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Batch batch, Block block)
    {
        using var held = device.Gate.EnterScope();
        _table.OfBatch(batch, block);
        GoBack(shape, qkv, output, logSumExp, block.Rows, new KeyHeads(0, shape.KeyHeads));
    }

    public void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows prefix, Rows segment, int keyHead, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        _table.OfSegment(prefix, segment);
        GoBack(shape, qkv, output, logSumExp, segment, new KeyHeads(keyHead, keyHead + 1));
    }

    public void StoreKeyValues(KeyValueCache cache, int layer, Tensor qkv, Batch batch, Block block)
    {
        using var held = device.Gate.EnterScope();
        _table.OfCached(batch, block);
        Store(cache, layer, qkv, new KeyHeads(0, cache.Shape.KeyHeads));
    }

    public void StoreKeyValues(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, KeyHeads keyHeads)
    {
        using var held = device.Gate.EnterScope();
        _table.OfSequence(sequence, first, rows);
        Store(cache, layer, qkv, keyHeads);
    }

    public void CachedAttention(AttentionShape shape, KeyValueCache cache, int layer, Tensor qkv, Tensor output, Batch batch, Block block)
    {
        using var held = device.Gate.EnterScope();
        _table.OfCached(batch, block);
        Attend(shape, qkv, View(cache.Whole), PagesOf(cache, layer), output, null, new KeyHeads(0, shape.KeyHeads));
    }

    public void CachedAttention(AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, KeyHeads keyHeads, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        _table.OfSequence(sequence, first, rows);
        Attend(shape, qkv, View(cache.Whole), PagesOf(cache, layer), output, null, keyHeads);
    }

    private static KeyPlaces RowsOf(AttentionShape shape, Tensor qkv) => new(qkv.Stride, qkv.Stride, shape.HeadSize, shape.KeyColumn(0), shape.ValueColumn(0));

    private static KeyPlaces PagesOf(KeyValueCache cache, int layer)
    {
        var shape = cache.Shape;
        var head = (long)KeyValueCache.PageTokens * shape.HeadSize;
        return new KeyPlaces(cache.PageElements, shape.HeadSize, head, cache.LayerOffset(layer), cache.LayerOffset(layer) + (shape.KeyHeads * head));
    }

    private void Attend(AttentionShape shape, Tensor qkv, Floats keys, KeyPlaces places, Tensor output, Tensor? logSumExp, KeyHeads keyHeads)
    {
        var (q, o) = (View(qkv, 0), View(output, 0));
        foreach (var piece in Pieces(shape, qkv, output, logSumExp?.Stride ?? 0, keyHeads))
        {
            var pairs = piece.Queries * piece.Heads;
            Floats scores = Scratch(ScoreSlot, (long)pairs * piece.MostKeys), sums = Scratch(SumSlot, pairs * 2L);
            _scores.Value(pairs * piece.MostKeys, q, keys, _table.Queries, _table.Blocks, scores, places, piece);
            _sums.Value(pairs, _table.Queries, scores, sums, piece);
            _probabilities.Value(pairs * piece.MostKeys, _table.Queries, scores, sums, piece);
            _outputs.Value(pairs * piece.HeadSize, keys, _table.Queries, _table.Blocks, scores, o, places, piece);
            if (logSumExp is not null) _logSumExp.Value(pairs, _table.Queries, sums, View(logSumExp, 0), piece);
        }
    }

    /// <param name="own">Rows whose gradients are written anew; keys of a prefix before them are added to.</param>
    private void GoBack(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Rows own, KeyHeads keyHeads)
    {
        var places = RowsOf(shape, qkv);
        var heads = keyHeads.End - keyHeads.Begin;
        Floats q = View(qkv, 0), dq = Gradient(qkv, 0), o = View(output, 0), dO = Gradient(output, 0), logs = View(logSumExp, 0);
        if (own.Count == 0) return;
        _clearKeys.Value(own.Count * heads * shape.HeadSize, dq, places, own.Begin, keyHeads.Begin, heads, shape.HeadSize);
        foreach (var piece in Pieces(shape, qkv, output, logSumExp.Stride, keyHeads))
        {
            var pairs = piece.Queries * piece.Heads;
            Floats p = Scratch(ScoreSlot, (long)pairs * piece.MostKeys), du = Scratch(GradientSlot, (long)pairs * piece.MostKeys), dots = Scratch(SumSlot, pairs);
            _dots.Value(pairs, _table.Queries, o, dO, dots, piece);
            _scoreGradients.Value(pairs * piece.MostKeys, q, _table.Queries, _table.Blocks, dO, logs, dots, p, du, places, piece);
            _queryGradients.Value(pairs * piece.HeadSize, q, _table.Queries, _table.Blocks, du, dq, places, piece);
            _keyGradients.Value(_table.KeyCount * heads * shape.HeadSize, q, _table.Queries, _table.Keys, p, du, dO, dq, places, piece);
        }
    }

    private void Store(KeyValueCache cache, int layer, Tensor qkv, KeyHeads keyHeads)
    {
        var heads = keyHeads.End - keyHeads.Begin;
        if (_table.QueryCount * heads > 0)
            _store.Value(_table.QueryCount * heads * cache.Shape.HeadSize, View(qkv, 0), _table.Queries, _table.Blocks, View(cache.Whole), RowsOf(cache.Shape, qkv), PagesOf(cache, layer), keyHeads.Begin, heads, cache.Shape.HeadSize);
    }

    /// <summary>As many queries at a time as have room for their scores.</summary>
    private IEnumerable<AttendShape> Pieces(AttentionShape shape, Tensor qkv, Tensor output, int sumRow, KeyHeads keyHeads)
    {
        var heads = (keyHeads.End - keyHeads.Begin) * shape.Group;
        if (heads == 0) yield break;
        var atOnce = (int)Math.Clamp(MostScores / ((long)heads * _table.MostKeys), 1, 1 << 20);
        for (var first = 0; first < _table.QueryCount; first += atOnce)
        {
            yield return new AttendShape(
                keyHeads.Begin * shape.Group, heads, shape.Group, shape.HeadSize, (float)shape.Scale, (float)shape.SoftCap, shape.Causal ? 1 : 0, shape.Window, first, Math.Min(atOnce, _table.QueryCount - first), _table.MostKeys,
                qkv.Stride, output.Stride, sumRow);
        }
    }
}
