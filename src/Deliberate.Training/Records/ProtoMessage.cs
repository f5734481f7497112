using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Deliberate.Training;

/// <summary>A protocol buffer that is being written, field by field: the wire format alone, without a schema.</summary>
internal sealed class ProtoMessage
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>Empty again, its memory kept.</summary>
    public ProtoMessage Clear()
    {
        _bytes.ResetWrittenCount();
        return this;
    }

    public ProtoMessage Number(int field, long value)
    {
        Tag(field, 0);
        Varint((ulong)value);
        return this;
    }

    public ProtoMessage Flag(int field, bool value) => Number(field, value ? 1 : 0);

    public ProtoMessage Double(int field, double value)
    {
        Tag(field, 1);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public ProtoMessage Float(int field, float value)
    {
        Tag(field, 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public ProtoMessage Text(int field, string value) => Delimited(field, Encoding.UTF8.GetBytes(value));

    public ProtoMessage Message(int field, ProtoMessage inner) => Delimited(field, inner.Bytes);

    /// <summary>Bytes, or a message that is written already.</summary>
    public ProtoMessage Delimited(int field, ReadOnlySpan<byte> bytes)
    {
        Tag(field, 2);
        Varint((ulong)bytes.Length);
        _bytes.Write(bytes);
        return this;
    }

    private void Tag(int field, int wire) => Varint((ulong)((field << 3) | wire));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
