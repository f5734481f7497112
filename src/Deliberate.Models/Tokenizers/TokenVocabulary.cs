using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What a tokenizer's model consists of, as it stands in <c>model</c> of tokenizer.json: one record for each kind.</summary>
internal abstract record TokenVocabulary
{
    /// <summary>Highest id that is accepted: tables are indexed by id, so a stray huge one must not cost gigabytes.</summary>
    public const int LargestId = 4_000_000;

    /// <summary>Tokens as they are spelled (byte letters in a byte-level model).</summary>
    public required IReadOnlyDictionary<string, int> Ids { get; init; }

    /// <summary>Stands for what the vocabulary cannot spell; without one that is an error.</summary>
    public string? UnknownToken { get; init; }

    /// <summary>Unknown characters become tokens named &lt;0x00&gt; to &lt;0xFF&gt;.</summary>
    public bool FallsBackToBytes { get; init; }

    /// <summary>What encodes with it.</summary>
    public abstract TokenModel Model(bool byteLevel);

    /// <summary>Writes the members of <c>model</c>.</summary>
    public abstract void Write(Utf8JsonWriter writer);

    /// <summary>Checks ids and what else there is; the place is for the error.</summary>
    public virtual void Validate(string? file)
    {
        var names = new Dictionary<int, string>(Ids.Count);
        foreach (var (token, id) in Ids)
        {
            if (id is < 0 or > LargestId) throw new UserError($"The id {id} of \"{token}\" is not between 0 and {LargestId}.", file, field: "model.vocab");
            if (!names.TryAdd(id, token)) throw new UserError($"\"{names[id]}\" and \"{token}\" have the same id {id}.", file, field: "model.vocab");
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
}
