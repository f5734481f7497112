using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>What a piece of a SentencePiece model is; GGUF's <c>tokenizer.ggml.token_type</c> has the same numbers.</summary>
internal enum PieceType
{
    Normal = 1,
    Unknown = 2,
    Control = 3,
    UserDefined = 4,
    Unused = 5,
    Byte = 6,
}

/// <summary>A piece with ▁ for spaces, and its score.</summary>
internal readonly record struct SentencePiece(string Text, double Score, PieceType Type = PieceType.Normal);

/// <summary>
/// A SentencePiece model (Kudo and Richardson, 1808.06226), from tokenizer.model or from GGUF, in the five stages of tokenizer.json,
/// as transformers converts it: spaces become ▁, merges are every pair whose joined piece has a score, best score first.
/// </summary>
internal sealed record SentencePieces
{
    public required IReadOnlyList<SentencePiece> Pieces { get; init; }

    /// <summary>Unigram rather than byte-pair merges.</summary>
    public bool IsUnigram { get; init; }

    /// <summary>A space is put before texts.</summary>
    public bool AddsPrefix { get; init; } = true;

    /// <summary>It is put before the whole text only, not before each stretch between special tokens: transformers' <c>legacy: false</c>.</summary>
    public bool PrefixesOnlyFirst { get; init; }

    /// <summary>Spaces at the ends go, and runs become one.</summary>
    public bool MergesSpaces { get; init; }

    public int? UnknownId { get; init; }

    /// <summary>Put before texts when special tokens are asked for; null for none.</summary>
    public int? BeginId { get; init; }

    /// <summary>Put behind them; null for none.</summary>
    public int? EndId { get; init; }

    /// <summary>Tokens beside the pieces.</summary>
    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    /// <param name="file">For errors.</param>
    /// <param name="where">The list of pieces in that file, for errors.</param>
    public Tokenizer ToTokenizer(string? file, string where)
    {
        var (pieces, bytes, added) = (new List<(string, double)>(Pieces.Count), false, new List<AddedToken>(Added));
        for (var id = 0; id < Pieces.Count; id++)
        {
            var (text, _, type) = Pieces[id];
            // User-defined pieces are looked for in the text as it is.
            if (type == PieceType.UserDefined) text = text.Replace('▁', ' ');
            pieces.Add((text, Pieces[id].Score));
            bytes |= type == PieceType.Byte;
            var isSpecial = type is PieceType.Control or PieceType.Unknown;
            if (text.Length > 0 && (isSpecial || type == PieceType.UserDefined) && !added.Exists(token => token.Id == id)) added.Add(new AddedToken(id, text, Special: isSpecial));
        }

        TokenVocabulary vocabulary = UnigramVocabulary.Of(pieces, UnknownId, bytes, file, where);
        if (!IsUnigram)
            vocabulary = new BpeVocabulary { Ids = vocabulary.Ids, Merges = Merges(vocabulary.Ids), UnknownToken = vocabulary.UnknownToken, FusesUnknown = true, FallsBackToBytes = bytes };
        return new Tokenizer(new TokenizerFile(vocabulary, added, Stages(vocabulary.Ids, file), file));
    }

    /// <summary>Best score first; of equal scores the longer left part, then the longer right one.</summary>
    private List<(string, string)> Merges(IReadOnlyDictionary<string, int> ids)
    {
        var lookup = ((Dictionary<string, int>)ids).GetAlternateLookup<ReadOnlySpan<char>>();
        var merges = new List<(double Score, int Left, int Right, int Id, int Cut)>(Pieces.Count);
        for (var id = 0; id < Pieces.Count; id++)
        {
            if (Pieces[id].Type is not (PieceType.Normal or PieceType.Unused)) continue;
            var text = Pieces[id].Text.AsSpan();
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (char.IsLowSurrogate(text[cut]) || !lookup.TryGetValue(text[..cut], out var left) || !lookup.TryGetValue(text[cut..], out var right)) continue;
                merges.Add((Pieces[id].Score, left, right, id, cut));
            }
        }

        return [.. merges
            .OrderByDescending(m => m.Score).ThenByDescending(m => m.Cut).ThenByDescending(m => Pieces[m.Id].Text.Length - m.Cut).ThenBy(m => m.Id)
            .Select(m => (Pieces[m.Id].Text[..m.Cut], Pieces[m.Id].Text[m.Cut..]))];
    }

    private JsonElement Stages(IReadOnlyDictionary<string, int> ids, string? file)
    {
        var prepends = AddsPrefix && !PrefixesOnlyFirst;
        string[] normalizers =
        [
            .. MergesSpaces ? (string[])["""{"type":"Strip","strip_left":true,"strip_right":true}""", """{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}"""] : [],
            .. prepends ? (string[])["""{"type":"Prepend","prepend":"▁"}"""] : [],
            .. PrefixesOnlyFirst ? (string[])[] : ["""{"type":"Replace","pattern":{"String":" "},"content":"▁"}"""],
        ];
        var normalizer = normalizers.Length == 0 ? "null" : $$"""{"type":"Sequence","normalizers":[{{string.Join(',', normalizers)}}]}""";
        var pieces = PrefixesOnlyFirst ? $$"""{"type":"Metaspace","replacement":"▁","prepend_scheme":"{{(AddsPrefix ? "first" : "never")}}","split":false}""" : "null";
        var strip = AddsPrefix ? """,{"type":"Strip","content":" ","start":1,"stop":0}""" : "";
        var decoder = """{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"}""" + strip + "]}";
        var processor = TokenizerPresets.Template(Named(BeginId, "bos"), Named(EndId, "eos"));
        using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes($$"""{"normalizer":{{normalizer}},"pre_tokenizer":{{pieces}},"post_processor":{{processor ?? "null"}},"decoder":{{decoder}}}"""));
        return document.RootElement.Clone();

        (string, int)? Named(int? id, string role)
        {
            if (id is not { } known) return null;
            if (known >= 0 && known < Pieces.Count) return (Pieces[known].Text, known);
            return Added.FirstOrDefault(token => token.Id == known) is { } beside ? (beside.Content, known) : throw new UserError($"no token has the id {known}, which is named as {role}.", file);
        }
    }
}
