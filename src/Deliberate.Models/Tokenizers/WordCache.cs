using System.Buffers.Binary;

namespace Deliberate.Models;

/// <summary>The tokens of words seen lately: a fixed number of slots, a newcomer replaces who was there. Not thread-safe.</summary>
internal sealed class WordCache
{
    /// <summary>Longest word worth keeping, in bytes.</summary>
    public const int LongestWord = 48;

    private const int SlotBits = 14;
    private readonly (byte[]? Word, int[] Ids)[] _slots = new (byte[]?, int[])[1 << SlotBits];

    public static int Slot(ReadOnlySpan<byte> word)
    {
        var hash = (ulong)word.Length;
        for (; word.Length >= 8; word = word[8..])
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(word)) * 0x9E3779B97F4A7C15;
        ulong rest = 0;
        foreach (var value in word) rest = (rest << 8) | value;
        hash = (hash ^ rest ^ (hash >> 29)) * 0xBF58476D1CE4E5B9;
        hash = (hash ^ (hash >> 32)) * 0x94D049BB133111EB;
        return (int)(hash >> (64 - SlotBits));
    }

    public bool TryGet(int slot, ReadOnlySpan<byte> word, out int[] ids)
    {
        ref var entry = ref _slots[slot];
        ids = entry.Ids;
        return entry.Word is not null && word.SequenceEqual(entry.Word);
    }

    public void Set(int slot, ReadOnlySpan<byte> word, ReadOnlySpan<int> ids) => _slots[slot] = (word.ToArray(), ids.ToArray());
}
