using System.Buffers.Binary;
using System.Text;

namespace Deliberate.Server;

/// <summary>A protocol buffer that is being read, field by field: the wire format alone, without a schema. What is cut off or not of it is an <see cref="ApiError"/>.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>0 a number, 1 eight bytes, 2 a text, bytes or a message, 5 four bytes.</summary>
    public int Kind { get; private set; }

    /// <summary>Of a field of kind 0.</summary>
    public long Number { get; private set; }

    /// <summary>Of the other kinds.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    public readonly double Double => BinaryPrimitives.ReadDoubleLittleEndian(Of(1));

    public readonly string Text
    {
        get
        {
            var text = Of(2);
            return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Wrong("a text is not UTF-8");
        }
    }

    /// <summary>Goes on to the next field; false at the end.</summary>
    public bool Read()
    {
        if (_at == _bytes.Length) return false;
        var tag = Varint();
        (Field, Kind, Number) = ((int)(tag >> 3), (int)(tag & 7), 0);
        Bytes = default;
        if (Field < 1) throw Wrong("a field has no number");
        switch (Kind)
        {
            case 0: Number = (long)Varint(); break;
            case 1: Bytes = Take(8); break;
            case 2: Bytes = Take(Varint()); break;
            case 5: Bytes = Take(4); break;
            default: throw Wrong($"field {Field} is of the kind {Kind}");
        }

        return true;
    }

    /// <summary>The bytes of a field that has to be of a kind.</summary>
    public readonly ReadOnlySpan<byte> Of(int kind) => Kind == kind ? Bytes : throw Wrong($"field {Field} is of the kind {Kind}, not {kind}");

    public static ApiError Wrong(string what) => ApiError.Invalid($"The body is no protocol buffer of forward_backward: {what}.", null, "invalid_protobuf");

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _bytes.Length) throw Wrong("it ends in the middle");
            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Wrong("a number has too many bytes");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_bytes.Length - _at)) throw Wrong("it ends in the middle");
        var taken = _bytes.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }
}
