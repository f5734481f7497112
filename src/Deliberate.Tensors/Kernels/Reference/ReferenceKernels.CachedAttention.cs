namespace Deliberate.Tensors;

/// <summary>
/// Attention from new positions of a sequence to their own and all earlier ones, whose keys and values lie in the cache: in a
/// page of this device both are [position, headSize]. The formula is that of <see cref="Attention"/>; the window is the only mask,
/// for later positions are not there yet.
/// </summary>
internal sealed unsafe partial class ReferenceKernels
{
    public void StoreKeyValues(KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Rows rows, KeyHeads keyHeads)
    {
        var shape = cache.Shape;
        for (var t = rows.Begin; t < rows.End; t++)
        {
            for (var keyHead = keyHeads.Begin; keyHead < keyHeads.End; keyHead++)
            {
                var position = first + t - rows.Begin;
                Copy(qkv.F64(t) + shape.KeyColumn(keyHead), CachedKey(cache, sequence, layer, keyHead, position), shape.HeadSize);
                Copy(qkv.F64(t) + shape.ValueColumn(keyHead), CachedValue(cache, sequence, layer, keyHead, position), shape.HeadSize);
            }
        }
    }

    public void CachedAttention(
        AttentionShape shape, KeyValueCache cache, CachedSequence sequence, int layer, int first, Tensor qkv, Tensor output, Rows rows, KeyHeads keyHeads, Scratch scratch)
    {
        var size = shape.HeadSize;
        var scores = scratch.F64(0, first + rows.Count);
        for (var head = keyHeads.Begin * shape.Group; head < keyHeads.End * shape.Group; head++)
        {
            var keyHead = head / shape.Group;
            for (var t = rows.Begin; t < rows.End; t++)
            {
                var position = first + t - rows.Begin;
                var begin = shape.Window > 0 ? Math.Max(0, position - shape.Window + 1) : 0;
                var max = double.NegativeInfinity;
                for (var j = begin; j <= position; j++)
                {
                    var product = Dot(qkv.F64(t) + (head * size), CachedKey(cache, sequence, layer, keyHead, j), size);
                    scores[j] = SoftCap(shape.Scale * product, shape.SoftCap);
                    max = Math.Max(max, scores[j]);
                }

                double sum = 0;
                for (var j = begin; j <= position; j++) sum += Math.Exp(scores[j] - max);

                var o = output.F64(t) + (head * size);
                Zero(o, size);
                for (var j = begin; j <= position; j++)
                {
                    var p = Math.Exp(scores[j] - max) / sum;
                    var v = CachedValue(cache, sequence, layer, keyHead, j);
                    for (var c = 0; c < size; c++) o[c] += p * v[c];
                }
            }
        }
    }

    private static double* CachedKey(KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int position) =>
        cache.Keys64(sequence.Page(position / KeyValueCache.PageTokens), layer, keyHead) + (position % KeyValueCache.PageTokens * cache.Shape.HeadSize);

    private static double* CachedValue(KeyValueCache cache, CachedSequence sequence, int layer, int keyHead, int position) =>
        cache.Values64(sequence.Page(position / KeyValueCache.PageTokens), layer, keyHead) + (position % KeyValueCache.PageTokens * cache.Shape.HeadSize);
}
