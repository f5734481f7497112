using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The tokenizer under the keys that llama.cpp reads (llama-vocab.cpp). Byte-level BPE needs a pre-tokenizer that it knows by name;
/// SentencePiece's BPE becomes pieces with scores, which it merges by score, so the merges must be all that scores would allow.
/// </summary>
internal static class GgufTokenizerPairs
{
    private const string Prefix = "tokenizer.ggml.";

    public static void Add(GgufPairs pairs, PretrainedModel model)
    {
        var (tokenizer, rows) = (model.Text.Tokenizer, model.Configuration.VocabularySize);
        var file = tokenizer.File;
        if (file.Vocabulary is not BpeVocabulary vocabulary) throw Cannot(file, "Unigram models are not what it reads for language models");
        if (file.PreTokenizer.IsByteLevel) AddByteLevel(pairs, file, vocabulary);
        else AddPieces(pairs, file, vocabulary, rows);

        var (tokens, types) = (new string[rows], new int[rows]);
        var taken = new HashSet<string>(vocabulary.Ids.Keys, StringComparer.Ordinal);
        for (var id = 0; id < rows; id++)
        {
            var token = tokenizer.IdToToken(id);
            // A row of the embedding that no token has.
            for (var again = 0; token is null; again++) token = taken.Add($"[PAD{id + again}]") ? $"[PAD{id + again}]" : null;
            (tokens[id], types[id]) = (token, (int)(tokenizer.IdToToken(id) is null ? PieceType.Unused : PieceType.Normal));
        }

        foreach (var (_, id) in vocabulary.Ids.Where(entry => vocabulary.FallsBackToBytes && Decoder.ByteFallback.Byte(entry.Key) >= 0)) types[id] = (int)PieceType.Byte;
        foreach (var added in tokenizer.AddedTokens) types[added.Id] = (int)(added.Special ? PieceType.Control : PieceType.UserDefined);
        if (vocabulary.UnknownToken is { } unknown) types[vocabulary.Ids[unknown]] = (int)PieceType.Unknown;
        pairs.Add(Prefix + "tokens", tokens);
        pairs.Add(Prefix + "token_type", types);
        AddIds(pairs, model, vocabulary);
    }

    private static void AddByteLevel(GgufPairs pairs, TokenizerFile file, BpeVocabulary vocabulary)
    {
        var name = PreTokenizerName.Of(file) ?? throw Cannot(file, "it has no name for this pre-tokenizer", $"It knows {string.Join(", ", TokenizerPresets.Names)}.");
        if (vocabulary.IgnoresMerges != TokenizerPresets.IgnoresMerges(name)) throw Cannot(file, $"with the pre-tokenizer {name}, whole words go {(vocabulary.IgnoresMerges ? "not " : "")}before merges there");
        if (vocabulary.FallsBackToBytes) throw Cannot(file, "it falls back to bytes beside spelling them");
        pairs.Add(Prefix + "model", "gpt2");
        pairs.Add(Prefix + "pre", name);
        pairs.Add(Prefix + "merges", [.. vocabulary.Merges.Select(m => $"{m.Left} {m.Right}")]);
    }

    /// <summary>A piece's score is less the rank of its first merge; what no merge leads to scores less than all.</summary>
    private static void AddPieces(GgufPairs pairs, TokenizerFile file, BpeVocabulary vocabulary, int rows)
    {
        var (merges, ranks) = (new HashSet<(string, string)>(vocabulary.Merges), new Dictionary<string, int>(StringComparer.Ordinal));
        for (var rank = 0; rank < vocabulary.Merges.Count; rank++) ranks.TryAdd(vocabulary.Merges[rank].Left + vocabulary.Merges[rank].Right, rank);
        foreach (var piece in ranks.Keys)
        {
            for (var cut = 1; cut < piece.Length; cut++)
            {
                var (left, right) = (piece[..cut], piece[cut..]);
                if (vocabulary.Ids.ContainsKey(left) && vocabulary.Ids.ContainsKey(right) && !merges.Contains((left, right)))
                    throw Cannot(file, $"it would also merge \"{left}\" and \"{right}\", for it goes by scores of pieces, not by a list of merges");
            }
        }

        var settings = PieceSettings.Of(file) ?? throw Cannot(file, "its stages are not those of a SentencePiece model");
        // As many as tokens, of which rows of the embedding that no token has are some.
        var scores = new float[rows];
        Array.Fill(scores, -vocabulary.Merges.Count);
        foreach (var (piece, rank) in ranks) scores[vocabulary.Ids[piece]] = -rank;
        pairs.Add(Prefix + "model", "llama");
        pairs.Add(Prefix + "pre", "default");
        pairs.Add(Prefix + "scores", scores);
        pairs.Add(Prefix + "add_space_prefix", settings.AddsPrefix);
        if (settings.MergesSpaces) pairs.Add(Prefix + "remove_extra_whitespaces", true);
    }

    private static void AddIds(GgufPairs pairs, PretrainedModel model, BpeVocabulary vocabulary)
    {
        var (text, c) = (model.Text, model.Configuration);
        var begin = text.Tokenizer.BeginIds;
        if (begin.Count > 1 || text.Tokenizer.EndIds.Count > 1) throw Cannot(text.Tokenizer.File, "it puts one token before and behind texts at most");
        Id("bos", begin.Count == 1 ? begin[0] : c.BosTokenId ?? Named("bos_token"));
        Id("eos", text.Tokenizer.EndIds is [var end] ? end : text.StopIds.Count > 0 ? text.StopIds[0] : null);
        if (text.StopIds.Count > 1) Id("eot", text.StopIds[1]);
        if (vocabulary.UnknownToken is { } unknown) Id("unknown", vocabulary.Ids[unknown]);
        Id("padding", c.PadTokenId ?? text.Generation.PadTokenId ?? Named("pad_token"));
        pairs.Add(Prefix + "add_bos_token", begin.Count > 0);
        pairs.Add(Prefix + "add_eos_token", text.Tokenizer.EndIds.Count > 0);
        if (text.ChatTemplate is { } template) pairs.Add("tokenizer.chat_template", template.Source);

        void Id(string role, int? id)
        {
            if (id is >= 0 and var known) pairs.Add(GgufTokenizer.IdKey(role), known);
        }

        int? Named(string name) => text.SpecialTokens.FirstOrDefault(t => t.Key == name).Value is { } token && text.Tokenizer.TokenToId(token) is >= 0 and var id ? id : null;
    }

    private static UserError Cannot(TokenizerFile file, string why, string? advice = null) =>
        new($"llama.cpp cannot have this tokenizer: {why}.", file.Path, field: "tokenizer", advice: advice ?? "Keep the model as a Hugging Face folder.");
}
