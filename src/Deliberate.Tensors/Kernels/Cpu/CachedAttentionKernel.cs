namespace Deliberate.Tensors;

/// <summary>
/// Attention of the newest positions of a sequence over its cached keys and values. The pages' layout is the trainer's packed
/// panels, scores and weighted sums are the same chains in the same order, so a position's output has the bits that
/// <see cref="AttentionKernel{TL}"/> gives it. Tiles are six positions of one head, or the query heads of one position.
/// </summary>
internal static unsafe class CachedAttentionKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int ScoreSlot = 1, WideSlot = 2, PageTokens = KeyValueCache.PageTokens;

    /// <summary>Writes keys and values of rows into the cache: position first + i is row rows.Begin + i.</summary>
    public static void Store(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows)
    {
        for (var keyHead = 0; keyHead < cache.Shape.KeyHeads; keyHead++) StoreHead(cache, sequence, layer, first, qkv, rows, keyHead);
    }

    private static void StoreHead(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, int keyHead)
    {
        var shape = cache.Shape;
        int size = shape.HeadSize, width = MatrixProduct<TL>.PanelWidth;
        for (var row = rows.Begin; row < rows.End; row++)
        {
            var position = first + row - rows.Begin;
            var page = sequence.Page(position / PageTokens);
            var slot = position % PageTokens;
            float* key = qkv.F32(row) + shape.KeyColumn(keyHead), value = qkv.F32(row) + shape.ValueColumn(keyHead);
            var at = ((nint)(slot / width) * width * size) + (slot % width);
            if (cache.Storage == CacheStorage.BF16)
            {
                ushort* panel = cache.Keys16(page, layer, keyHead) + at, values = cache.Values16(page, layer, keyHead) + (slot * size);
                for (var i = 0; i < size; i++) (panel[i * width], values[i]) = (BrainFloats<TL>.Rounded(key[i]), BrainFloats<TL>.Rounded(value[i]));
            }
            else
            {
                var panel = cache.Keys32(page, layer, keyHead) + at;
                for (var i = 0; i < size; i++) panel[i * width] = key[i];
                new ReadOnlySpan<float>(value, size).CopyTo(new Span<float>(cache.Values32(page, layer, keyHead) + (slot * size), size));
            }
        }
    }

    public static void Forward(AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, int keyHead, Scratch scratch)
    {
        var pitch = AttentionKernel<TL>.ScorePitch(first + rows.Count);
        var scores = scratch.F32(ScoreSlot, 6L * pitch);
        int size = shape.HeadSize, head = keyHead * shape.Group;
        var wide = cache.Storage == CacheStorage.BF16 ? scratch.F32(WideSlot, (long)PageTokens * size) : null;
        if (rows.Count == 1)
        {
            for (var g = 0; g < shape.Group; g += 6)
            {
                var column = (head + g) * size;
                Tile(shape, cache, sequence, layer, keyHead, first, 0, Math.Min(6, shape.Group - g), qkv.F32(rows.Begin) + column, size, output.F32(rows.Begin) + column, size, scores, pitch, wide);
            }

            return;
        }

        for (var g = 0; g < shape.Group; g++)
        {
            var column = (head + g) * size;
            for (var i = 0; i < rows.Count; i += 6)
                Tile(
                    shape, cache, sequence, layer, keyHead, first + i, 1, Math.Min(6, rows.Count - i), qkv.F32(rows.Begin + i) + column, qkv.Stride,
                    output.F32(rows.Begin + i) + column, output.Stride, scores, pitch, wide);
        }
    }

    private static float* Widened(ushort* source, float* target, int count)
    {
        BrainFloats<TL>.Widen(source, target, count);
        return target;
    }

    /// <summary>Count queries at positions position + r·step.</summary>
    /// <param name="wide">Room for a page's keys or values as floats; null where the cache holds floats.</param>
    private static void Tile(
        AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int position, int step, int count, float* q, nint qRow, float* target, nint targetRow, float* scores, int pitch, float* wide)
    {
        int size = shape.HeadSize, width = MatrixProduct<TL>.PanelWidth;
        var high = position + ((count - 1) * step) + 1;
        var low = shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0;
        var last = MatrixProduct<TL>.RoundUp(high);
        for (var panel = low / width; panel * width < high; panel++)
        {
            var key = panel * width;
            var page = sequence.Page(key / PageTokens);
            var at = (nint)(key % PageTokens / width) * width * size;
            var keys = wide == null ? cache.Keys32(page, layer, keyHead) + at : Widened(cache.Keys16(page, layer, keyHead) + at, wide, width * size);
            MatrixProduct<TL>.Panel(count, Math.Min(width, last - key), size, q, qRow, 1, keys, width, scores + key, pitch, null, 0, null, 0);
        }

        var inverse = stackalloc float[6];
        for (var r = 0; r < count; r++)
        {
            var at = position + (r * step);
            var from = shape.Window > 0 ? Math.Max(0, at - shape.Window + 1) : 0;
            var (_, sum) = SoftmaxRow<TL>.Exponentials(scores + (r * pitch), from, at + 1, last, (float)shape.Scale, (float)shape.SoftCap);
            inverse[r] = 1 / sum;
        }

        for (var column = 0; column < size; column += width)
        {
            var columns = Math.Min(width, size - column);
            float* start = null;
            for (var page = low / PageTokens; page * PageTokens < high; page++)
            {
                var begin = page * PageTokens;
                var present = Math.Min(PageTokens, high - begin);
                var values = wide == null
                    ? cache.Values32(sequence.Page(page), layer, keyHead)
                    : Widened(cache.Values16(sequence.Page(page), layer, keyHead), wide, present * size);
                MatrixProduct<TL>.Panel(
                    count, columns, present, scores + begin, pitch, 1, values + column, size, target + column, targetRow,
                    start, targetRow, null, 0);
                start = target + column;
            }
        }

        for (var r = 0; r < count; r++) AttentionKernel<TL>.ScaleRow(target + (r * targetRow), inverse[r], size);
    }
}
