namespace Deliberate.Tensors;

/// <summary>
/// What a device implements beside <see cref="IKernels"/> that takes all segments of a block at once: attention and the cache, in the bits
/// that one segment and one key head after the other have.
/// </summary>
internal interface IBatchAttention
{
    void Attention(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Batch batch, Block block);

    void AttentionBackward(AttentionShape shape, Tensor qkv, Tensor output, Tensor logSumExp, Batch batch, Block block);

    /// <summary>Keys and values of all of the block's rows into the cache.</summary>
    void StoreKeyValues(KeyValueCache cache, int layer, Tensor qkv, Batch batch, Block block);

    void CachedAttention(AttentionShape shape, KeyValueCache cache, int layer, Tensor qkv, Tensor output, Batch batch, Block block);
}
