using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A Unigram model: tokens with the logarithm of their probability, by id.</summary>
internal sealed record UnigramVocabulary : TokenVocabulary
{
    /// <summary>Natural logarithms, by id.</summary>
    public required IReadOnlyList<double> Scores { get; init; }

    /// <param name="pieces">By id.</param>
    /// <param name="unknown">Id of the token for what cannot be spelled; null for none.</param>
    /// <param name="where">For errors: the list's name in the file.</param>
    public static UnigramVocabulary Of(IReadOnlyList<(string Token, double Score)> pieces, int? unknown, bool fallsBackToBytes, string? file, string where)
    {
        var ids = new Dictionary<string, int>(pieces.Count, StringComparer.Ordinal);
        for (var id = 0; id < pieces.Count; id++)
        {
            if (!ids.TryAdd(pieces[id].Token, id)) throw new UserError($"\"{pieces[id].Token}\" stands here twice.", file, field: $"{where}[{id}]");
            if (!double.IsFinite(pieces[id].Score)) throw new UserError($"The score of \"{pieces[id].Token}\" is not a finite number.", file, field: $"{where}[{id}]");
        }

        if (unknown is { } named && (named < 0 || named >= pieces.Count)) throw new UserError($"No token has the id {named}.", file, field: "model.unk_id");
        return new UnigramVocabulary
        {
            Ids = ids,
            Scores = [.. pieces.Select(p => p.Score)],
            UnknownToken = unknown is { } id2 ? pieces[id2].Token : null,
            FallsBackToBytes = fallsBackToBytes,
        };
    }

    public override TokenModel Model(bool byteLevel) => new UnigramModel(this);

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "Unigram");
        if (UnknownToken is { } unknown) writer.WriteNumber("unk_id", Ids[unknown]);
        else writer.WriteNull("unk_id");
        writer.WriteStartArray("vocab");
        foreach (var (token, id) in Ids.OrderBy(entry => entry.Value))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(token);
            writer.WriteNumberValue(Scores[id]);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        writer.WriteBoolean("byte_fallback", FallsBackToBytes);
    }
}
