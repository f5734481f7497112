namespace Deliberate.Evaluation;

/// <summary>A file in a zip archive, as the archive's directory describes it.</summary>
/// <param name="Name">Its path in the archive.</param>
/// <param name="Method">How it is packed: 0 stored, 8 deflate, 93 Zstandard.</param>
/// <param name="Flags">General purpose flags; bit 0 is encryption.</param>
/// <param name="Crc">CRC-32 of its content.</param>
/// <param name="Packed">Bytes in the archive.</param>
/// <param name="Size">Bytes of its content.</param>
/// <param name="Offset">Of its local header.</param>
internal sealed record ZipMember(string Name, int Method, int Flags, uint Crc, long Packed, long Size, long Offset);
