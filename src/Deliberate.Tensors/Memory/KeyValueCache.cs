using Deliberate.Core;

namespace Deliberate.Tensors;

/// <summary>
/// Keys and values of sequences being sampled, in reference-counted pages of <see cref="PageTokens"/> positions. A page holds
/// each layer's keys [head][PageTokens·headSize], in the layout that the device's attention reads, and behind them its values
/// [head][PageTokens, headSize], so that a position's attention reads two long runs of memory a page.
/// Sequences that share a prefix share its full pages; the last, half-full page is copied.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    public const int PageTokens = 64;

    /// <summary>Bytes taken from the system at once, or one page if that is larger.</summary>
    private const long ChunkBytes = 16 << 20;

    private readonly Device _device;
    private readonly AttentionShape _shape;
    private readonly List<DeviceBuffer> _chunks = [];
    private readonly Stack<int> _free = new();
    private readonly List<int> _references = [];

    /// <param name="storage">The double-precision device holds doubles in any case.</param>
    public KeyValueCache(Device device, AttentionShape shape, int layers, CacheStorage storage = CacheStorage.F32)
    {
        _device = device;
        _shape = shape;
        Storage = device.ElementSize == sizeof(float) ? storage : CacheStorage.F32;
        ElementBytes = Storage == CacheStorage.BF16 ? sizeof(ushort) : device.ElementSize;
        PageElements = 2L * layers * shape.KeyHeads * PageTokens * shape.HeadSize;
        if (device.HasOwnMemory && Storage != CacheStorage.F32) throw new UserError($"the cache cannot be held as {storage} on {device.Name}.", field: "--cache", advice: "Leave it out, or use the processor.");
        ChunkPages = device.HasOwnMemory ? int.MaxValue : (int)Math.Clamp(ChunkBytes / (PageElements * ElementBytes), 1, 32);
    }

    public CacheStorage Storage { get; }

    private int ElementBytes { get; }

    public AttentionShape Shape => _shape;

    public long PageElements { get; }

    public long PageBytes => PageElements * ElementBytes;

    /// <summary>All of them where the device has memory of its own, so that its kernels find them by one address.</summary>
    private int ChunkPages { get; }

    /// <summary>All pages, one behind the other, on such a device; others may take its place when pages are taken.</summary>
    public DeviceBuffer Whole => _chunks[0];

    /// <summary>First element of a layer's keys in a page; those of its values are behind them.</summary>
    public long LayerOffset(int layer) => Offset(layer, 0);

    /// <summary>Pages in use.</summary>
    public int LivePages => _references.Count - _free.Count;

    public long Bytes => (long)_references.Count * PageElements * ElementBytes;

    /// <summary>That so many positions take.</summary>
    public static int PagesOf(int positions) => (positions + PageTokens - 1) / PageTokens;

    public int Take()
    {
        if (_free.Count == 0) Grow();
        var page = _free.Pop();
        _references[page] = 1;
        return page;
    }

    public void Retain(int page) => _references[page]++;

    public void Release(int page)
    {
        if (--_references[page] == 0) _free.Push(page);
    }

    /// <summary>A private copy of a page.</summary>
    public int Copy(int page)
    {
        var copy = Take();
        // Two brain floats are as long as one of the buffer's elements.
        var elements = PageElements * ElementBytes / _device.ElementSize;
        _chunks[page / ChunkPages].CopyTo(page % ChunkPages * elements, _chunks[copy / ChunkPages], copy % ChunkPages * elements, elements);
        return copy;
    }

    /// <summary>First key of a layer's head in a page.</summary>
    public unsafe float* Keys32(int page, int layer, int keyHead) => (float*)Start(page) + Offset(layer, keyHead);

    public unsafe float* Values32(int page, int layer, int keyHead) => (float*)Start(page) + Offset(layer, _shape.KeyHeads + keyHead);

    public unsafe ushort* Keys16(int page, int layer, int keyHead) => (ushort*)Start(page) + Offset(layer, keyHead);

    public unsafe ushort* Values16(int page, int layer, int keyHead) => (ushort*)Start(page) + Offset(layer, _shape.KeyHeads + keyHead);

    public unsafe double* Keys64(int page, int layer, int keyHead) => (double*)Start(page) + Offset(layer, keyHead);

    public unsafe double* Values64(int page, int layer, int keyHead) => (double*)Start(page) + Offset(layer, _shape.KeyHeads + keyHead);

    /// <summary>Gives all memory back; no page is in use.</summary>
    public void ReleaseMemory()
    {
        if (LivePages > 0) throw new InvalidOperationException($"{LivePages} pages are in use.");
        Dispose();
        _free.Clear();
        _references.Clear();
    }

    public void Dispose()
    {
        foreach (var chunk in _chunks) chunk.Dispose();
        _chunks.Clear();
    }

    private long Offset(int layer, int block) => ((2L * layer * _shape.KeyHeads) + block) * PageTokens * _shape.HeadSize;

    private unsafe byte* Start(int page)
    {
        var chunk = _chunks[page / ChunkPages];
        var first = _device.ElementSize == sizeof(float) ? (byte*)chunk.F32 : (byte*)chunk.F64;
        return first + (page % ChunkPages * PageElements * ElementBytes);
    }

    private void Grow()
    {
        if (_device.HasOwnMemory)
        {
            GrowWhole();
            return;
        }

        _chunks.Add(_device.Allocate(ChunkPages * PageElements * ElementBytes / _device.ElementSize));
        for (var i = 0; i < ChunkPages; i++) _references.Add(0);
        for (var i = ChunkPages - 1; i >= 0; i--) _free.Push(_references.Count - ChunkPages + i);
    }

    /// <summary>A block half as large again, with what stands in the one before.</summary>
    private void GrowWhole()
    {
        var pages = _references.Count;
        var more = Math.Max((int)Math.Clamp(ChunkBytes / PageBytes, 1, 32), pages / 2);
        var larger = _device.Allocate((pages + more) * PageElements);
        if (pages > 0)
        {
            Whole.CopyTo(0, larger, 0, pages * PageElements);
            Whole.Dispose();
            _chunks.Clear();
        }

        _chunks.Add(larger);
        for (var i = 0; i < more; i++) _references.Add(0);
        for (var i = more - 1; i >= 0; i--) _free.Push(pages + i);
    }
}

/// <summary>The pages of one sequence, in order of position.</summary>
internal sealed class CachedSequence(KeyValueCache cache)
{
    private readonly List<int> _pages = [];

    public int Length { get; private set; }

    public int Page(int index) => _pages[index];

    /// <summary>Makes room for positions [Length, Length + tokens) and counts them as present.</summary>
    public void Extend(int tokens)
    {
        Length += tokens;
        while (_pages.Count * KeyValueCache.PageTokens < Length) _pages.Add(cache.Take());
    }

    /// <summary>Goes on with the first positions of a page that another sequence filled: shared where that is all of it, else copied.</summary>
    public void Take(int page, int positions)
    {
        if (positions < KeyValueCache.PageTokens) page = cache.Copy(page);
        else cache.Retain(page);
        _pages.Add(page);
        Length += positions;
    }

    /// <summary>Takes over another sequence's content: full pages shared, the last one copied.</summary>
    public void ForkFrom(CachedSequence other)
    {
        Clear();
        for (var i = 0; i < other._pages.Count; i++)
        {
            if ((i + 1) * KeyValueCache.PageTokens <= other.Length)
            {
                cache.Retain(other._pages[i]);
                _pages.Add(other._pages[i]);
            }
            else
            {
                _pages.Add(cache.Copy(other._pages[i]));
            }
        }

        Length = other.Length;
    }

    /// <summary>Forgets the positions from one on. Its last page must be its own, since it is written on.</summary>
    public void Truncate(int length)
    {
        Length = Math.Min(Length, length);
        while (_pages.Count > KeyValueCache.PagesOf(Length))
        {
            cache.Release(_pages[^1]);
            _pages.RemoveAt(_pages.Count - 1);
        }
    }

    public void Clear()
    {
        foreach (var page in _pages) cache.Release(page);
        _pages.Clear();
        Length = 0;
    }
}
