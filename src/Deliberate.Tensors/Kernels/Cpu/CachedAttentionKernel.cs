namespace Deliberate.Tensors;

/// <summary>
/// Attention of the newest positions of a sequence over its cached keys and values. Scores and weighted sums are the trainer's
/// chains in the trainer's order, so a position's output has the bits that <see cref="AttentionKernel{TL}"/> gives it. A page's keys
/// lie in strips of one vector of positions each, [strip][column of the head][position], so that a page half full is half
/// read. Tiles are six positions of one head, or the query heads of one position that share a key head.
/// </summary>
internal static unsafe class CachedAttentionKernel<TL>
    where TL : struct, ILanes<TL>
{
    private const int ScoreSlot = 1, WideSlot = 2, InverseSlot = 3, PageTokens = KeyValueCache.PageTokens;

    /// <summary>Writes keys and values of rows into the cache: position first + i is row rows.Begin + i.</summary>
    public static void Store(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, KeyHeads keyHeads)
    {
        for (var keyHead = keyHeads.Begin; keyHead < keyHeads.End; keyHead++) StoreHead(cache, sequence, layer, first, qkv, rows, keyHead);
    }

    private static void StoreHead(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, int keyHead)
    {
        var shape = cache.Shape;
        int size = shape.HeadSize, width = TL.Width;
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

    public static void Forward(
        AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, KeyHeads keyHeads, Scratch scratch)
    {
        if (rows.Count == 1)
        {
            OneRow(shape, cache, sequence, layer, first, qkv.F32(rows.Begin), output.F32(rows.Begin), keyHeads, scratch);
            return;
        }

        var pitch = AttentionKernel<TL>.ScorePitch(first + rows.Count);
        var scores = scratch.F32(ScoreSlot, 6L * pitch);
        var wide = Wide(shape, cache, scratch);
        for (var head = keyHeads.Begin * shape.Group; head < keyHeads.End * shape.Group; head++)
        {
            var column = head * shape.HeadSize;
            for (var i = 0; i < rows.Count; i += 6)
                Tile(
                    shape, cache, sequence, layer, head / shape.Group, first + i, Math.Min(6, rows.Count - i), qkv.F32(rows.Begin + i) + column, qkv.Stride,
                    output.F32(rows.Begin + i) + column, output.Stride, scores, pitch, wide);
        }
    }

    /// <summary>
    /// One position: a step of sampling, whose time goes into reading the cache. Page by page, all heads of a page in the order in
    /// which they lie there: first all keys, then all values.
    /// </summary>
    private static void OneRow(
        AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int position, float* q, float* target, KeyHeads keyHeads, Scratch scratch)
    {
        int size = shape.HeadSize, group = shape.Group;
        int high = position + 1, low = shape.Window > 0 ? Math.Max(0, high - shape.Window) : 0, last = MatrixProduct<TL>.RoundUp(high);
        var pitch = AttentionKernel<TL>.ScorePitch(high);
        var heads = (keyHeads.End - keyHeads.Begin) * group;
        var scores = scratch.F32(ScoreSlot, (long)heads * pitch);
        var wide = Wide(shape, cache, scratch);
        q += keyHeads.Begin * group * size;
        target += keyHeads.Begin * group * size;
        for (var page = low / PageTokens; page * PageTokens < high; page++)
        {
            var (from, count) = PagePart(page, low, high);
            for (var head = 0; head < heads; head += group)
            {
                var keys = Keys(cache, sequence, layer, keyHeads.Begin + (head / group), page, from, count, wide);
                MatrixProduct<TL>.Strips<PageOfKeys>(group, count, size, q + (head * size), size, keys, scores + (head * pitch) + (page * PageTokens) + from, pitch);
            }
        }

        var inverse = scratch.F32(InverseSlot, heads);
        for (var head = 0; head < heads; head++)
        {
            var (_, sum) = SoftmaxRow<TL>.Exponentials(scores + (head * pitch), low, high, last, (float)shape.Scale, (float)shape.SoftCap);
            inverse[head] = 1 / sum;
        }

        for (var page = low / PageTokens; page * PageTokens < high; page++)
        {
            var begin = page * PageTokens;
            var present = Math.Min(PageTokens, high - begin);
            for (var head = 0; head < heads; head += group)
            {
                var values = Values(cache, sequence, layer, keyHeads.Begin + (head / group), page, present, wide);
                MatrixProduct<TL>.Values<PageOfValues>(group, size, present, scores + (head * pitch) + begin, pitch, values, target + (head * size), size, add: page > low / PageTokens);
            }
        }

        for (var head = 0; head < heads; head++) AttentionKernel<TL>.ScaleRow(target + (head * size), inverse[head], size);
    }

    /// <summary>Room for a page's keys or values as floats; null where the cache holds floats.</summary>
    private static float* Wide(AttentionShape shape, KeyValueCache cache, Scratch scratch) =>
        cache.Storage == CacheStorage.BF16 ? scratch.F32(WideSlot, (long)PageTokens * shape.HeadSize) : null;

    /// <summary>The positions of a page, from its first, that lie in [low, high), begun at a whole vector.</summary>
    private static (int From, int Count) PagePart(int page, int low, int high)
    {
        var begin = page * PageTokens;
        var from = Math.Max(low - begin, 0) / TL.Width * TL.Width;
        return (from, Math.Min(high - begin, PageTokens) - from);
    }

    /// <summary>Strips of keys, a vector of positions each, from that position of a page on.</summary>
    private static float* Keys(KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int page, int from, int count, float* wide)
    {
        var (number, size) = (sequence.Page(page), cache.Shape.HeadSize);
        return wide == null ? cache.Keys32(number, layer, keyHead) + (from * size) : Widened(cache.Keys16(number, layer, keyHead) + (from * size), wide, MatrixProduct<TL>.RoundUp(count) * size);
    }

    /// <summary>The values of a page's first positions.</summary>
    private static float* Values(KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int page, int present, float* wide) => wide == null
        ? cache.Values32(sequence.Page(page), layer, keyHead)
        : Widened(cache.Values16(sequence.Page(page), layer, keyHead), wide, present * cache.Shape.HeadSize);

    private static float* Widened(ushort* source, float* target, int count)
    {
        BrainFloats<TL>.Widen(source, target, count);
        return target;
    }

    /// <summary>Count queries of one head, at positions position + r.</summary>
    private static void Tile(
        AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int position, int count, float* q, nint qRow, float* target, nint targetRow, float* scores, int pitch, float* wide)
    {
        var size = shape.HeadSize;
        var high = position + count;
        var low = shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0;
        var last = MatrixProduct<TL>.RoundUp(high);
        for (var page = low / PageTokens; page * PageTokens < high; page++)
        {
            var (from, part) = PagePart(page, low, high);
            var keys = Keys(cache, sequence, layer, keyHead, page, from, part, wide);
            MatrixProduct<TL>.Strips<InStrips>(count, part, size, q, qRow, keys, scores + (page * PageTokens) + from, pitch);
        }

        var inverse = stackalloc float[6];
        for (var r = 0; r < count; r++)
        {
            var at = position + r;
            var from = shape.Window > 0 ? Math.Max(0, at - shape.Window + 1) : 0;
            var (_, sum) = SoftmaxRow<TL>.Exponentials(scores + (r * pitch), from, at + 1, last, (float)shape.Scale, (float)shape.SoftCap);
            inverse[r] = 1 / sum;
        }

        for (var page = low / PageTokens; page * PageTokens < high; page++)
        {
            var present = Math.Min(PageTokens, high - (page * PageTokens));
            var values = Values(cache, sequence, layer, keyHead, page, present, wide);
            MatrixProduct<TL>.Values<Adjacent>(count, size, present, scores + (page * PageTokens), pitch, values, target, targetRow, add: page > low / PageTokens);
        }

        for (var r = 0; r < count; r++) AttentionKernel<TL>.ScaleRow(target + (r * targetRow), inverse[r], size);
    }
}
