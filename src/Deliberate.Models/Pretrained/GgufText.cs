using Deliberate.Jinja;

namespace Deliberate.Models;

/// <summary>
/// The <see cref="TextFormat"/> of a GGUF file: byte-level BPE from the vocabulary, merges and pre-tokenizer under
/// <c>tokenizer.ggml</c>, or SentencePiece from its scores, the template under <c>tokenizer.chat_template</c>, stops from the eos and eot ids. Where the file's
/// tokenizer is of another kind, a tokenizer.json that lies beside it serves.
/// </summary>
internal static class GgufText
{
    private const string ModelKey = "tokenizer.ggml.model";
    private const string PreTokenizerKey = "tokenizer.ggml.pre";
    private const string TokensKey = "tokenizer.ggml.tokens";
    private const string TemplateKey = "tokenizer.chat_template";

    /// <param name="ignored">Takes the ids that name no token.</param>
    public static (TextFormat Format, Origin Tokenizer, Origin? Template, Origin? Generation) Read(GgufFile file, ModelConfiguration configuration, List<IgnoredValue> ignored)
    {
        var stored = GgufTokenizer.Read(file);
        ignored.AddRange(stored.Ignored);
        var (tokenizer, origin) = ReadTokenizer(file, stored);
        var special = TokenizerConfiguration.SpecialTokensOf(configuration, tokenizer, stored.UnknownTokenId);
        var generation = new GenerationConfiguration { BosTokenId = configuration.BosTokenId, EosTokenIds = configuration.EosTokenIds, PadTokenId = configuration.PadTokenId };
        var template = stored.ChatTemplate is null ? null : new Origin(file.Path, TemplateKey);
        var format = new TextFormat(tokenizer)
        {
            SpecialTokens = special,
            Generation = generation,
            ChatTemplate = template is null ? null : ChatTemplate.Parse(stored.ChatTemplate!, template.ToString()),
        }.Complete(configuration);
        var stop = stored.EosTokenId is not null ? "eos" : stored.EotTokenId is not null ? "eot" : null;
        return (format, origin, template, stop is null ? null : new Origin(file.Path, $"tokenizer.ggml.{stop}_token_id"));
    }

    /// <summary>The tokenizer, whatever the model is; of a file that holds nothing else too.</summary>
    public static (Tokenizer Tokenizer, Origin Origin) ReadTokenizer(GgufFile file, GgufTokenizer stored)
    {
        // The name is asked for first, so that another kind is refused by it and not by what it lacks.
        var name = stored.PreTokenizer ?? "default";
        if (!IsSentencePiece(stored) && (stored.Model != "gpt2" || !TokenizerPresets.Knows(name)))
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
            if (ModelFolder.Find(folder, "tokenizer.json") is { } beside) return (Tokenizer.Load(beside), new Origin(beside));
        }

        if (stored.Model is null) throw file.Metadata.Error(ModelKey, "the file holds no tokenizer.", "Put the model's tokenizer.json beside it.");
        if (stored.Model != "gpt2" && !IsSentencePiece(stored))
            throw file.Metadata.Error(ModelKey, $"the tokenizer kind \"{stored.Model}\" is not supported.", "Supported are gpt2 (byte-level BPE) and llama (SentencePiece); or put the model's tokenizer.json beside it.");
        if (stored.Tokens is null) throw file.Metadata.Error(TokensKey, "is missing.");
        if (IsSentencePiece(stored)) return (Pieces(file, stored), new Origin(file.Path, ModelKey));
        if (stored.Merges is null) throw file.Metadata.Error("tokenizer.ggml.merges", "is missing.");
        // llama.cpp puts the begin token before texts where the file says so, and for Llama 3 where it says nothing.
        var begin = stored.AddBos ?? TokenizerPresets.BeginsTexts(name) ? Needed(stored, "bos", stored.BosTokenId, "texts begin with it") ?? -1 : -1;
        var end = stored.AddEos == true ? Needed(stored, "eos", stored.EosTokenId, "texts end with it") ?? -1 : -1;
        var tokenizer = Tokenizer.FromVocabulary(stored.Tokens, stored.Merges, stored.Types ?? [], name, begin, end, file.Path);
        return (tokenizer, new Origin(file.Path, PreTokenizerKey));
    }

    private static bool IsSentencePiece(GgufTokenizer stored) => stored.Model == "llama";

    /// <summary>What llama.cpp does where the file says nothing: a space and the begin token before texts, the ids 0, 1 and 2 for unknown, begin and end.</summary>
    private static Tokenizer Pieces(GgufFile file, GgufTokenizer stored)
    {
        if (stored.Scores is null) throw file.Metadata.Error("tokenizer.ggml.scores", "is missing.");
        var pieces = new SentencePiece[stored.Tokens!.Length];
        for (var id = 0; id < pieces.Length; id++) pieces[id] = new SentencePiece(stored.Tokens[id], stored.Scores[id], (PieceType)(stored.Types?[id] ?? 1));
        return new SentencePieces
        {
            Pieces = pieces,
            AddsPrefix = stored.AddSpacePrefix ?? true,
            MergesSpaces = file.Metadata.Bool("tokenizer.ggml.remove_extra_whitespaces") ?? false,
            UnknownId = stored.UnknownTokenId ?? Default("unknown", 0),
            BeginId = stored.AddBos ?? true ? Needed(stored, "bos", stored.BosTokenId ?? Default("bos", 1), "texts begin with it") : null,
            EndId = stored.AddEos ?? false ? Needed(stored, "eos", stored.EosTokenId ?? Default("eos", 2), "texts end with it") : null,
        }.ToTokenizer(file.Path, TokensKey);

        int? Default(string role, int id) => file.Metadata.Has(GgufTokenizer.IdKey(role)) || id >= pieces.Length ? null : id;
    }

    private static int? Needed(GgufTokenizer stored, string token, int? id, string what) =>
        id ?? (stored.Ignored.FirstOrDefault(i => i.Field == GgufTokenizer.IdKey(token)) is { } wrong ? throw wrong.Refusal(what) : null);
}
