using System.Numerics;

namespace Deliberate.Training;

/// <summary>CRC-32C (Castagnoli), and TFRecord's masked form of it.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    /// <summary>Rotated and shifted, so that a checksum of data that holds checksums stays a good one.</summary>
    public static uint Masked(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Of(data), 15) + 0xA282EAD8;
}
