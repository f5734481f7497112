using System.Text;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What a byte-pair-encoding model consists of, as it stands in <c>model</c> of tokenizer.json.</summary>
internal sealed record BpeVocabulary
{
    /// <summary>Highest id that is accepted: tables are indexed by id, so a stray huge one must not cost gigabytes.</summary>
    public const int LargestId = 4_000_000;

    /// <summary>Tokens as they are spelled (byte letters in a byte-level model).</summary>
    public required IReadOnlyDictionary<string, int> Ids { get; init; }

    /// <summary>Merges by rank.</summary>
    public required IReadOnlyList<(string Left, string Right)> Merges { get; init; }

    /// <summary>Stands for what the vocabulary cannot spell; without one that is an error.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>A run of unknown characters is one unknown token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Unknown characters become tokens named &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>A piece that is a token is that token, whatever the merges say.</summary>
    public bool IgnoresMerges { get; init; }

    /// <summary>Checks ids and merges; the place is for the error.</summary>
    public void Validate(string? file)
    {
        var names = new Dictionary<int, string>(Ids.Count);
        foreach (var (token, id) in Ids)
        {
            if (id is < 0 or > LargestId) throw new UserError($"The id {id} of \"{token}\" is not between 0 and {LargestId}.", file, field: "model.vocab");
            if (!names.TryAdd(id, token)) throw new UserError($"\"{names[id]}\" and \"{token}\" have the same id {id}.", file, field: "model.vocab");
        }

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

        if (UnknownToken is not null && !Ids.ContainsKey(UnknownToken))
            throw new UserError($"The unknown token \"{UnknownToken}\" is not in the vocabulary.", file, field: "model.unk_token");
    }

    /// <summary>The ids of the tokens &lt;0x00&gt; to &lt;0xFF&gt;; -1 where there is none.</summary>
    public int[] ByteTokens()
    {
        var ids = new int[256];
        for (var value = 0; value < 256; value++) ids[value] = Ids.GetValueOrDefault($"<0x{value:X2}>", -1);
        return ids;
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
