using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What a byte-pair-encoding model consists of.</summary>
internal sealed record BpeVocabulary : TokenVocabulary
{
    /// <summary>Merges by rank.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>A run of unknown characters is one unknown token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>A piece that is a token is that token, whatever the merges say.</summary>
    public bool IgnoresMerges { get; init; }

    public override TokenModel Model(bool byteLevel) => new BpeModel(this, byteLevel);

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "BPE");
        writer.WriteNull("dropout");
        writer.WriteString("unk_token", UnknownToken);
        writer.WriteNull("continuing_subword_prefix");
        writer.WriteNull("end_of_word_suffix");
        writer.WriteBoolean("fuse_unk", FusesUnknown);
        writer.WriteBoolean("byte_fallback", FallsBackToBytes);
        writer.WriteBoolean("ignore_merges", IgnoresMerges);
        writer.WriteStartObject("vocab");
        foreach (var (token, id) in Ids.OrderBy(entry => entry.Value)) writer.WriteNumber(token, id);
        writer.WriteEndObject();
        writer.WriteStartArray("merges");
        foreach (var (left, right) in Merges)
        {
            writer.WriteStartArray();
            writer.WriteStringValue(left);
            writer.WriteStringValue(right);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }

    public override void Validate(string? file)
    {
        base.Validate(file);
        for (var rank = 0; rank < Merges.Count; rank++)
        {
            var (left, right) = Merges[rank];
            var missing = left.Length == 0 || right.Length == 0 ? "an empty token"
                : !Ids.ContainsKey(left) ? $"\"{left}\""
                : !Ids.ContainsKey(right) ? $"\"{right}\""
                : !Ids.ContainsKey(left + right) ? $"\"{left + right}\"" : null;
            if (missing is not null)
                throw new UserError($"The merge of \"{left}\" and \"{right}\" needs {missing}, which is not in the vocabulary.", file, field: $"model.merges[{rank}]");
        }
    }

    /// <summary>The ids of tokens that are one byte, or of those that are one code point; the key is that byte or code point.</summary>
    public Dictionary<int, int> Symbols(bool byteLevel)
    {
        var symbols = new Dictionary<int, int>();
        foreach (var (token, id) in Ids)
        {
            if (byteLevel && token.Length == 1 && ByteLetters.Byte(token[0]) is var value and >= 0) symbols.TryAdd(value, id);
            if (!byteLevel && Rune.DecodeFromUtf16(token, out var rune, out var length) == System.Buffers.OperationStatus.Done && length == token.Length)
                symbols.TryAdd(rune.Value, id);
        }

        return symbols;
    }
}
