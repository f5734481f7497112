namespace Deliberate.Models;

/// <summary>
/// The tokenizer that a GGUF file carries, as it stands there under <c>tokenizer.</c>: what is null is not in the file.
/// Nothing is interpreted but the types of the values.
/// </summary>
internal sealed record GgufTokenizer
{
    /// <summary><c>gpt2</c> for byte-level BPE, <c>llama</c> for SentencePiece, and others.</summary>
    public string? Model { get; init; }

    /// <summary>The pre-tokenizer, such as <c>smollm</c>, <c>llama-bpe</c>, <c>qwen2</c>.</summary>
    public string? PreTokenizer { get; init; }

    /// <summary>By id, in byte-level spelling for BPE.</summary>
    public string[]? Tokens { get; init; }

    public float[]? Scores { get; init; }

    /// <summary>1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte.</summary>
    public int[]? Types { get; init; }

    /// <summary>Pairs "left right", best first.</summary>
    public string[]? Merges { get; init; }

    public string? ChatTemplate { get; init; }

    public int? BosTokenId { get; init; }

    public int? EosTokenId { get; init; }

    /// <summary>The end of a turn, where it differs from the end of the text.</summary>
    public int? EotTokenId { get; init; }

    public int? UnknownTokenId { get; init; }

    public int? PadTokenId { get; init; }

    public bool? AddBos { get; init; }

    public bool? AddEos { get; init; }

    public bool? AddSpacePrefix { get; init; }

    /// <summary>The ids that name no token; null above.</summary>
    public IReadOnlyList<IgnoredValue> Ignored { get; init; } = [];

    public static GgufTokenizer Read(GgufFile file)
    {
        var ignored = new List<IgnoredValue>();
        var metadata = file.Metadata;
        var tokens = metadata.Strings("tokenizer.ggml.tokens");
        var tokenizer = new GgufTokenizer
        {
            Model = metadata.String("tokenizer.ggml.model"),
            PreTokenizer = metadata.String("tokenizer.ggml.pre"),
            Tokens = tokens,
            Scores = metadata.Floats("tokenizer.ggml.scores"),
            Types = metadata.Integers("tokenizer.ggml.token_type"),
            Merges = metadata.Strings("tokenizer.ggml.merges"),
            ChatTemplate = metadata.String("tokenizer.chat_template"),
            BosTokenId = Id("bos"),
            EosTokenId = Id("eos"),
            EotTokenId = Id("eot"),
            UnknownTokenId = Id("unknown"),
            PadTokenId = Id("padding"),
            AddBos = metadata.Bool("tokenizer.ggml.add_bos_token"),
            AddEos = metadata.Bool("tokenizer.ggml.add_eos_token"),
            AddSpacePrefix = metadata.Bool("tokenizer.ggml.add_space_prefix"),
            Ignored = ignored,
        };
        if (tokens is not null && tokenizer.Types is { } types && types.Length != tokens.Length) throw metadata.Error("tokenizer.ggml.token_type", $"has {types.Length} entries for {tokens.Length} tokens.");
        if (tokens is not null && tokenizer.Scores is { } scores && scores.Length != tokens.Length) throw metadata.Error("tokenizer.ggml.scores", $"has {scores.Length} entries for {tokens.Length} tokens.");
        return tokenizer;

        int? Id(string name) => metadata.TokenId(IdKey(name), tokens?.Length ?? int.MaxValue, ignored);
    }

    /// <summary>The metadata key of a special token's id: bos, eos, eot, unknown, padding.</summary>
    public static string IdKey(string name) => $"tokenizer.ggml.{name}_token_id";
}
