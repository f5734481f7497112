using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;
using Microsoft.Win32.SafeHandles;

namespace Deliberate.Evaluation;

/// <summary>
/// The central directory of a zip archive (APPNOTE 6.3.10, sections 4.3.12 to 4.3.16), with its 64-bit form. Offsets and lengths
/// come from a stranger's file: none is believed before it is held against the file's length.
/// </summary>
internal static class ZipDirectory
{
    private const uint End = 0x06054B50, End64 = 0x06064B50, Locator64 = 0x07064B50, Entry = 0x02014B50;

    private const int EndBytes = 22, LongestComment = 65535, LocatorBytes = 20, End64Bytes = 56, EntryBytes = 46;

    /// <summary>A directory larger than this belongs to no log.</summary>
    private const int LargestDirectory = 1 << 29;

    public static IReadOnlyList<ZipMember> Read(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        var (count, size, offset) = Find(file, length, path);
        if (size is < 0 or > LargestDirectory || offset < 0 || offset > length - size) throw Broken(path, "its directory is said to lie outside of the file");
        var directory = new byte[size];
        if (RandomAccess.Read(file, directory, offset) < size) throw Broken(path, "its directory is cut off");
        var members = new List<ZipMember>();
        for (var at = 0; members.Count < count;)
        {
            if (directory.Length - at < EntryBytes || U32(directory, at) != Entry) throw Broken(path, $"entry {members.Count} of its directory is not one");
            var (name, extra, comment) = (U16(directory, at + 28), U16(directory, at + 30), U16(directory, at + 32));
            if (directory.Length - at - EntryBytes < name + extra + comment) throw Broken(path, $"entry {members.Count} of its directory is cut off");
            members.Add(Member(directory.AsSpan(at, EntryBytes + name + extra), name));
            at += EntryBytes + name + extra + comment;
        }

        return members;
    }

    private static ZipMember Member(ReadOnlySpan<byte> entry, int nameBytes)
    {
        long size = U32(entry, 24), packed = U32(entry, 20), offset = U32(entry, 42);
        var extra = entry[(EntryBytes + nameBytes)..];
        while (extra.Length >= 4)
        {
            var (id, bytes) = (U16(extra, 0), U16(extra, 2));
            if (bytes > extra.Length - 4) break;
            if (id == 1)
            {
                // The fields whose 32 bits were not enough, in this order.
                var wide = extra.Slice(4, bytes);
                Widen(ref size, ref wide);
                Widen(ref packed, ref wide);
                Widen(ref offset, ref wide);
            }

            extra = extra[(4 + bytes)..];
        }

        return new ZipMember(Encoding.UTF8.GetString(entry.Slice(EntryBytes, nameBytes)), U16(entry, 10), U16(entry, 8), U32(entry, 16), packed, size, offset);
    }

    private static void Widen(ref long value, ref ReadOnlySpan<byte> wide)
    {
        if (value != uint.MaxValue || wide.Length < 8) return;
        value = BinaryPrimitives.ReadInt64LittleEndian(wide);
        wide = wide[8..];
    }

    private static (long Count, long Size, long Offset) Find(SafeFileHandle file, long length, string path)
    {
        var tail = new byte[(int)Math.Min(length, EndBytes + LongestComment)];
        if (RandomAccess.Read(file, tail, length - tail.Length) < tail.Length) throw Broken(path, "its end cannot be read");
        for (var at = tail.Length - EndBytes; at >= 0; at--)
        {
            if (U32(tail, at) != End || at + EndBytes + U16(tail, at + 20) > tail.Length) continue;
            long count = U16(tail, at + 10), size = U32(tail, at + 12), offset = U32(tail, at + 16);
            if (count != ushort.MaxValue && size != uint.MaxValue && offset != uint.MaxValue) return (count, size, offset);
            return Find64(file, length - tail.Length + at, path);
        }

        throw new UserError("This is no zip archive, or its end is missing: a log that was being written when its program was killed has none.", path, advice: "Copy the file again; Inspect recovers a log of its own that was cut off (inspect log recover).");
    }

    private static (long Count, long Size, long Offset) Find64(SafeFileHandle file, long end, string path)
    {
        var locator = new byte[LocatorBytes];
        if (end < LocatorBytes || RandomAccess.Read(file, locator, end - LocatorBytes) < LocatorBytes || U32(locator, 0) != Locator64) throw Broken(path, "the 64-bit form of its end is missing");
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        var head = new byte[End64Bytes];
        if (at < 0 || at > end - End64Bytes || RandomAccess.Read(file, head, at) < End64Bytes || U32(head, 0) != End64) throw Broken(path, "the 64-bit form of its end is missing");
        return (BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(32)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(48)));
    }

    public static UserError Broken(string path, string what) => new($"The archive is damaged: {what}.", path, advice: "Copy the file again.");

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
