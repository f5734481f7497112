using System.Buffers.Binary;
using System.Numerics;

namespace Deliberate.Core;

/// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's own instruction where it has one, and TFRecord's masked form of it.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> data) => Continue(0, data);

    /// <summary>Of what had this checksum, with the data after it.</summary>
    public static uint Continue(uint checksum, ReadOnlySpan<byte> data)
    {
        var crc = ~checksum;
        for (; data.Length >= sizeof(ulong); data = data[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>Rotated and shifted, so that a checksum of data that holds checksums stays a good one.</summary>
    public static uint Masked(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Of(data), 15) + 0xA282EAD8;
}
