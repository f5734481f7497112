using System.Text;

namespace Deliberate.Models.Tests;

/// <summary>Writes a tokenizer.model: SentencePiece's ModelProto, field by field.</summary>
internal sealed class PieceModelBuilder
{
    private readonly List<byte> _bytes = [];

    public PieceModelBuilder Piece(string text, double score, PieceType type)
    {
        var piece = new PieceModelBuilder().Bytes(1, Encoding.UTF8.GetBytes(text));
        piece.Key(2, 5)._bytes.AddRange(BitConverter.GetBytes((float)score));
        if (type != PieceType.Normal) piece.Number(3, (ulong)type);
        return Bytes(1, piece.Build());
    }

    public PieceModelBuilder Number(int field, ulong value)
    {
        Key(field, 0);
        Var(value);
        return this;
    }

    public PieceModelBuilder Bytes(int field, byte[] value)
    {
        Key(field, 2);
        Var((ulong)value.Length);
        _bytes.AddRange(value);
        return this;
    }

    public byte[] Build() => [.. _bytes];

    private PieceModelBuilder Key(int field, int wire)
    {
        Var((uint)((field << 3) | wire));
        return this;
    }

    private void Var(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
