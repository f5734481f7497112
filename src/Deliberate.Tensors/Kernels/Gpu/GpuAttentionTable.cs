using ILGPU;
using ILGPU.Runtime;

namespace Deliberate.Tensors;

/// <summary>
/// Which keys each query sees and where they lie, and by which queries each key is seen: integers that the kernels of attention look up. Made
/// once for a batch, whose layers all use them.
/// </summary>
internal sealed class GpuAttentionTable(GpuDevice device)
{
    private readonly List<int> _queries = [], _blocks = [], _keys = [];
    private readonly MemoryBuffer1D<byte, Stride1D.Dense>?[] _buffers = new MemoryBuffer1D<byte, Stride1D.Dense>?[3];
    private (Batch? Batch, long Version, Block Block, bool IsCached) _known;

    public int QueryCount => _queries.Count / GpuAttentionCode.QueryInts;

    public int KeyCount => _keys.Count / GpuAttentionCode.KeyInts;

    /// <summary>Of the query that sees the most.</summary>
    public int MostKeys { get; private set; }

    public ArrayView<int> Queries => View(0);

    public ArrayView<int> Blocks => View(1);

    public ArrayView<int> Keys => View(2);

    /// <summary>The segments of a block, which see themselves and the prefixes that they go on from.</summary>
    public void OfBatch(Batch batch, Block block)
    {
        if (IsKnown(batch, block, isCached: false)) return;
        for (var segment = block.FirstSegment; segment < block.EndSegment; segment++)
        {
            var rows = batch.Segment(segment);
            Add(batch.PrefixOf(segment), rows);
            // What goes on from a prefix stands right behind it.
            AddKeys(rows, batch.PrefixOf(segment).Count, rows.Begin - block.Rows.Begin, batch.Segment(batch.UnitEnd(segment) - 1).End - block.Rows.Begin);
        }

        Upload();
    }

    /// <summary>One segment, whose prefix's keys it adds to.</summary>
    public void OfSegment(Rows prefix, Rows segment)
    {
        Clear();
        Add(prefix, segment);
        AddKeys(prefix, 0, 0, segment.Count);
        AddKeys(segment, prefix.Count, 0, segment.Count);
        Upload();
    }

    /// <summary>The newest rows of the cached sequences of a block.</summary>
    public void OfCached(Batch batch, Block block)
    {
        if (IsKnown(batch, block, isCached: true)) return;
        for (var segment = block.FirstSegment; segment < block.EndSegment; segment++) Add(batch.Cached(segment), batch.FirstPosition(segment), batch.Segment(segment));
        Upload();
    }

    /// <summary>Rows of one cached sequence.</summary>
    public void OfSequence(CachedSequence sequence, int first, Rows rows)
    {
        Clear();
        Add(sequence, first, rows);
        Upload();
    }

    private bool IsKnown(Batch batch, Block block, bool isCached)
    {
        var asked = (batch, batch.Version, block, isCached);
        if (_known == asked) return true;
        Clear();
        _known = asked;
        return false;
    }

    private void Clear()
    {
        _known = default;
        MostKeys = 0;
        _queries.Clear();
        _blocks.Clear();
        _keys.Clear();
    }

    private void Add(Rows prefix, Rows rows)
    {
        for (var i = 0; i < rows.Count; i++) AddQuery(rows.Begin + i, prefix, prefix.Count + i, prefix.Count + rows.Count);
        for (var i = 0; i < rows.Count; i += GpuAttentionCode.BlockPositions) _blocks.Add(rows.Begin + i);
    }

    private void Add(CachedSequence sequence, int first, Rows rows)
    {
        for (var i = 0; i < rows.Count; i++) AddQuery(rows.Begin + i, default, first + i, first + rows.Count);
        for (var page = 0; page < KeyValueCache.PagesOf(first + rows.Count); page++) _blocks.Add(sequence.Page(page));
    }

    /// <summary>Its blocks are the next that are added.</summary>
    private void AddQuery(int row, Rows prefix, int position, int length)
    {
        _queries.AddRange([row, prefix.Begin, prefix.Count, _blocks.Count, position, length]);
        MostKeys = Math.Max(MostKeys, length);
    }

    private void AddKeys(Rows rows, int firstPosition, int begin, int end)
    {
        for (var i = 0; i < rows.Count; i++) _keys.AddRange([rows.Begin + i, firstPosition + i, begin, end]);
    }

    private void Upload()
    {
        Upload(0, _queries);
        Upload(1, _blocks);
        Upload(2, _keys);
    }

    private void Upload(int index, List<int> list)
    {
        var bytes = Math.Max(list.Count, 16) * sizeof(int);
        if (_buffers[index] is not { } kept || kept.LengthInBytes < bytes)
        {
            if (_buffers[index] is { } small) device.Give(small);
            _buffers[index] = kept = device.Take(bytes * 2L);
        }

        GpuCopies.ToCard<int>(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list), kept.View.BaseView.Cast<int>());
    }

    private ArrayView<int> View(int index) => _buffers[index]!.View.BaseView.Cast<int>();
}
