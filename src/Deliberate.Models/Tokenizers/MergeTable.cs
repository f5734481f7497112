using System.Runtime.CompilerServices;

namespace Deliberate.Models;

/// <summary>Merges by their pair of ids: rank (lower goes first) and resulting id. Open addressing over two arrays, built once.</summary>
internal sealed class MergeTable
{
    private readonly ulong[] _keys;
    private readonly (int Rank, int Id)[] _values;
    private readonly int _shift;

    public MergeTable(int count)
    {
        var size = 16;
        while (size < count * 2L) size *= 2;
        _keys = new ulong[size];
        _values = new (int, int)[size];
        _shift = 64 - int.Log2(size);
    }

    /// <summary>Adds a merge; a pair named twice keeps the later rank, as in the reference library.</summary>
    public void Add(int left, int right, int rank, int id)
    {
        var key = Key(left, right);
        var slot = Slot(key);
        while (_keys[slot] != 0 && _keys[slot] != key) slot = (slot + 1) & (_keys.Length - 1);
        _keys[slot] = key;
        _values[slot] = (rank, id);
    }

    /// <summary>Rank and resulting id, or a rank of <see cref="int.MaxValue"/> if the pair does not merge.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (int Rank, int Id) Find(int left, int right)
    {
        var key = Key(left, right);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key) return _values[slot];
            if (_keys[slot] == 0) return (int.MaxValue, -1);
        }
    }

    /// <summary>Never 0, which marks an empty slot.</summary>
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> _shift);
}
