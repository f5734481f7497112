using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Reads tokenizer.model: SentencePiece's ModelProto (sentencepiece_model.proto) in protobuf's wire format. Of it: pieces (1), of the
/// trainer's settings (2) the kind (3) and the special ids (40 to 43), of the normalizer's (3) the name (1), its table (2), the prefix (3)
/// and the spaces (4, 5).
/// </summary>
internal static class SentencePieceFile
{
    private const int Unigram = 1;
    private const int Bpe = 2;

    public static SentencePieces Read(ReadOnlySpan<byte> file, string path)
    {
        var pieces = new List<SentencePiece>();
        ReadOnlySpan<byte> trainer = [], normalizer = [];
        foreach (var field in new Fields(file, path))
        {
            switch (field.Number)
            {
                case 1: pieces.Add(Piece(field.Bytes, path, pieces.Count)); break;
                case 2: trainer = field.Bytes; break;
                case 3: normalizer = field.Bytes; break;
            }
        }

        if (pieces.Count == 0) throw new UserError("holds no pieces: it is not a SentencePiece model.", path, field: "pieces");
        long kind = Unigram, unknown = 0, begin = 1, end = 2;
        foreach (var field in new Fields(trainer, path))
        {
            switch (field.Number)
            {
                case 3: kind = field.Value; break;
                case 40: unknown = (int)field.Value; break;
                case 41: begin = (int)field.Value; break;
                case 42: end = (int)field.Value; break;
            }
        }

        bool prefix = true, merges = true, escapes = true;
        foreach (var field in new Fields(normalizer, path))
        {
            switch (field.Number)
            {
                case 2 when field.Bytes.Length > 0: throw new UserError("the model normalizes texts by a table of its own, which is not supported.", path, field: "normalizer_spec.precompiled_charsmap", advice: Convert);
                case 3: prefix = field.Value != 0; break;
                case 4: merges = field.Value != 0; break;
                case 5: escapes = field.Value != 0; break;
            }
        }

        if (kind is not (Unigram or Bpe)) throw new UserError($"models of kind {kind} (words or characters) are not supported; Unigram and BPE are.", path, field: "trainer_spec.model_type", advice: Convert);
        if (!escapes) throw new UserError("models that keep spaces as spaces are not supported.", path, field: "normalizer_spec.escape_whitespaces", advice: Convert);
        return new SentencePieces
        {
            Pieces = pieces,
            IsUnigram = kind == Unigram,
            AddsPrefix = prefix,
            MergesSpaces = merges,
            UnknownId = Known(unknown),
            BeginId = Known(begin),
            EndId = Known(end),
        };

        int? Known(long id) => id >= 0 && id < pieces.Count ? (int)id : null;
    }

    private const string Convert = "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER), in Python, writes a tokenizer.json.";

    private static SentencePiece Piece(ReadOnlySpan<byte> message, string path, int index)
    {
        var (text, score, type) = ("", 0.0, PieceType.Normal);
        foreach (var field in new Fields(message, path))
        {
            switch (field.Number)
            {
                case 1: text = System.Text.Unicode.Utf8.IsValid(field.Bytes) ? Encoding.UTF8.GetString(field.Bytes) : throw new UserError("a piece is not UTF-8.", path, field: $"pieces[{index}]"); break;
                case 2: score = BitConverter.Int32BitsToSingle((int)field.Value); break;
                case 3: type = (PieceType)field.Value; break;
            }
        }

        return new SentencePiece(text, score, type);
    }

    /// <summary>The fields of a protobuf message, one after the other.</summary>
    private ref struct Fields(ReadOnlySpan<byte> message, string path)
    {
        private ReadOnlySpan<byte> _rest = message;

        public int Number { get; private set; }

        /// <summary>Of a number; the bits of a 32-bit or 64-bit one.</summary>
        public long Value { get; private set; }

        /// <summary>Of a string or a message.</summary>
        public ReadOnlySpan<byte> Bytes { get; private set; }

        public readonly Fields Current => this;

        public readonly Fields GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_rest.IsEmpty) return false;
            var tag = VarInt();
            (Number, Value) = ((int)(tag >> 3), 0);
            Bytes = [];
            switch (tag & 7)
            {
                case 0: Value = (long)VarInt(); break;
                case 1: Value = BinaryPrimitives.ReadInt64LittleEndian(Take(8)); break;
                case 2: Bytes = Take(VarInt()); break;
                case 5: Value = BinaryPrimitives.ReadInt32LittleEndian(Take(4)); break;
                default: throw Damaged();
            }

            return true;
        }

        private ulong VarInt()
        {
            ulong value = 0;
            for (var shift = 0; shift < 64; shift += 7)
            {
                var next = Take(1)[0];
                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80) return value;
            }

            throw Damaged();
        }

        private ReadOnlySpan<byte> Take(ulong count)
        {
            if (count > (ulong)_rest.Length) throw Damaged();
            var taken = _rest[..(int)count];
            _rest = _rest[(int)count..];
            return taken;
        }

        private readonly UserError Damaged() => new("is damaged, or not a SentencePiece model: its protobuf cannot be read.", path, advice: "Download it again.");
    }
}
