using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Deliberate.Core;

/// <summary>
/// Format 1 of a log, byte for byte (docs/log-format.md). The file begins with a preamble of 16 bytes: <c>deliblog</c>, the version
/// as a little-endian 32-bit number, CR LF SUB LF. Frames follow without gaps:
/// <code>
///  0  marker       F5 4C 4F 47; F5 is in no UTF-8 text, so a record cannot hold one
///  4  length       of the record in bytes, 32 bits little-endian
///  8  checksum     CRC-32C of length, predecessor and record, 32 bits little-endian
/// 12  predecessor  SHA-256 of the frame before, taken over its predecessor and record; of the preamble in the first frame
/// 44  record       a JSON object in UTF-8, without line breaks
///  .  line feed
/// </code>
/// </summary>
internal static class LogFrame
{
    public const int Version = 1, PreambleBytes = 16, HeadBytes = 44, HashBytes = SHA256.HashSizeInBytes, LongestRecord = 1 << 28;

    private const int LengthAt = 4, ChecksumAt = 8, PredecessorAt = 12;

    public const byte Terminator = (byte)'\n';

    public static ReadOnlySpan<byte> Marker => [0xF5, 0x4C, 0x4F, 0x47];

    private static ReadOnlySpan<byte> Magic => "deliblog"u8;

    public static byte[] Preamble()
    {
        var bytes = new byte[PreambleBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        "\r\n\u001a\n"u8.CopyTo(bytes.AsSpan(12));
        return bytes;
    }

    /// <exception cref="UserError">These are not the first bytes of a log that this program reads.</exception>
    public static void CheckPreamble(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.SequenceEqual(Preamble())) return;
        if (bytes.IsEmpty) throw new UserError("The file is empty: it is no log.", path);
        if (bytes.Length < PreambleBytes || !bytes.StartsWith(Magic)) throw new UserError("This is no log: it does not begin as one.", path, advice: "Logs are written with --log, for example by deliberate eval.");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version > Version) throw new UserError($"The log has format {version}, and this program reads up to {Version}.", path, advice: "A newer deliberate reads it.");
        throw new UserError("The first 16 bytes of the log were changed.", path, advice: "A transfer as text does that: copy the file again, in binary mode.");
    }

    public static byte[] HashOfPreamble() => SHA256.HashData(Preamble());

    /// <summary>Writes the head of a frame whose record and line feed are there already.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="hash">The predecessor's on the way in, this frame's on the way out.</param>
    public static void Seal(Span<byte> frame, Span<byte> hash)
    {
        Marker.CopyTo(frame);
        BinaryPrimitives.WriteInt32LittleEndian(frame[LengthAt..], frame.Length - HeadBytes - 1);
        hash.CopyTo(frame[PredecessorAt..]);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumAt..], Checksum(frame));
        Hash(frame, hash);
    }

    /// <summary>Bytes of the whole frame that begins here; 0 where no frame can.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head)
    {
        if (head.Length < HeadBytes || !head.StartsWith(Marker)) return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(head[LengthAt..]);
        return length is > 0 and <= LongestRecord ? HeadBytes + length + 1 : 0;
    }

    public static bool HasItsChecksum(ReadOnlySpan<byte> frame) => frame[^1] == Terminator && BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumAt..]) == Checksum(frame);

    public static ReadOnlySpan<byte> Predecessor(ReadOnlySpan<byte> frame) => frame.Slice(PredecessorAt, HashBytes);

    public static ReadOnlySpan<byte> Record(ReadOnlySpan<byte> frame) => frame[HeadBytes..^1];

    public static void Hash(ReadOnlySpan<byte> frame, Span<byte> hash) => SHA256.HashData(frame[PredecessorAt..^1], hash);

    private static uint Checksum(ReadOnlySpan<byte> frame) => Crc32C.Continue(Crc32C.Of(frame[LengthAt..ChecksumAt]), frame[PredecessorAt..^1]);
}
