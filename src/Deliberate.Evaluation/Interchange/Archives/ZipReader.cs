using System.Buffers.Binary;
using System.IO.Compression;
using Deliberate.Core;
using Microsoft.Win32.SafeHandles;
using ZstdSharp;

namespace Deliberate.Evaluation;

/// <summary>
/// Reads members of a zip archive whole: stored, deflate, and Zstandard (method 93), which System.IO.Compression refuses and which
/// Inspect's logs use. What a member unpacks to is bounded by what the archive says of it, by a limit of ours, and by a ratio that
/// no log reaches, so that a small file from a stranger cannot fill the memory; its checksum is compared.
/// </summary>
internal sealed class ZipReader : IDisposable
{
    /// <summary>A sample with its events takes kilobytes to a few megabytes.</summary>
    public const long LargestMember = 256L << 20;

    /// <summary>JSON packs some ten times, a long run of one letter a thousand times.</summary>
    private const long HighestRatio = 2000;

    private const int LocalBytes = 30, Encrypted = 1;

    private readonly string _path;
    private readonly SafeFileHandle _file;

    private ZipReader(string path, SafeFileHandle file, IReadOnlyList<ZipMember> members)
    {
        (_path, _file, Members) = (path, file, members);
    }

    /// <summary>In the order of the archive's directory.</summary>
    public IReadOnlyList<ZipMember> Members { get; }

    public static ZipReader Open(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return new ZipReader(path, file, ZipDirectory.Read(file, path));
        }
        catch (Exception error)
        {
            file?.Dispose();
            if (Disk.IsRefusal(error)) throw Disk.CannotRead(path, error);
            throw;
        }
    }

    /// <summary>Null where the archive has none of that name; the last of several, as zip has it.</summary>
    public ZipMember? Find(string name) => Members.LastOrDefault(m => m.Name == name);

    /// <exception cref="UserError">It is encrypted, packed in another way, too large, or not what the directory says.</exception>
    public byte[] Read(ZipMember member)
    {
        if ((member.Flags & Encrypted) != 0) throw Wrong(member, "it is encrypted", "Unpack the archive with its password, and pack it again without.");
        if (member.Size > LargestMember) throw Wrong(member, $"it unpacks to {Quantity.Bytes(member.Size)}, and at most {Quantity.Bytes(LargestMember)} are read", "A log of that kind is no log of samples.");
        if (member.Size > Math.Max(1, member.Packed) * HighestRatio) throw Wrong(member, $"{Quantity.Bytes(member.Packed)} are said to unpack to {Quantity.Bytes(member.Size)}", "That is no text that a model wrote.");
        try
        {
            var content = new byte[member.Size];
            using (var packed = new MemoryStream(Packed(member), writable: false))
            using (var stream = Unpack(member, packed))
            {
                if (stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false) < content.Length) throw Wrong(member, "it holds less than the archive says");
                if (stream.ReadByte() >= 0) throw Wrong(member, "it holds more than the archive says");
            }

            if (Crc32.Continue(0, content) != member.Crc) throw Wrong(member, "its checksum is another");
            return content;
        }
        catch (Exception error) when (error is ZstdException or InvalidDataException or EndOfStreamException)
        {
            throw new UserError($"The member {member.Name} cannot be unpacked: {error.Message.TrimEnd('.')}.", _path, advice: "Copy the file again.", inner: error);
        }
    }

    public void Dispose() => _file.Dispose();

    private Stream Unpack(ZipMember member, Stream packed) => member.Method switch
    {
        0 => packed,
        8 => new DeflateStream(packed, CompressionMode.Decompress),
        93 => new DecompressionStream(packed),
        _ => throw Wrong(member, $"it is packed by method {member.Method}", "Stored, deflate and Zstandard are read: inspect log convert writes one of these."),
    };

    private byte[] Packed(ZipMember member)
    {
        var head = new byte[LocalBytes];
        var length = RandomAccess.GetLength(_file);
        if (member.Offset < 0 || member.Offset > length - LocalBytes || RandomAccess.Read(_file, head, member.Offset) < LocalBytes || BinaryPrimitives.ReadUInt32LittleEndian(head) != 0x04034B50) throw Wrong(member, "it is not where the archive says");
        var start = member.Offset + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(28));
        if (member.Packed < 0 || member.Packed > Array.MaxLength || start > length - member.Packed) throw Wrong(member, "it reaches beyond the end of the file");
        var bytes = new byte[member.Packed];
        if (RandomAccess.Read(_file, bytes, start) < bytes.Length) throw Wrong(member, "it is cut off");
        return bytes;
    }

    private UserError Wrong(ZipMember member, string what, string advice = "Copy the file again.") => new($"The member {member.Name} of the archive cannot be read: {what}.", _path, advice: advice);
}
