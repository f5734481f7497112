namespace Deliberate.Models;

/// <summary>How a byte-level tokenizer is trained.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Name of the pre-tokenizer, as GGUF files name them: gpt-2 (default), smollm (each digit alone), llama-bpe, qwen2.</summary>
    public string PreTokenizer { get; init; } = "gpt-2";

    /// <summary>
    /// Starts from all 256 bytes, so that any text can be encoded (default); false starts from the bytes of the corpus alone,
    /// for closed alphabets and small vocabularies, and any other byte is an error when encoding.
    /// </summary>
    public bool AllBytes { get; init; } = true;

    /// <summary>
    /// Of the special tokens those that belong to the text, such as the tags of a thought: whoever decodes without special tokens, as vLLM does
    /// unless told otherwise, still sees them. None by default.
    /// </summary>
    public IReadOnlyList<string> ShownTokens { get; init; } = [];

    /// <summary>Bytes of these characters are in the alphabet whether or not the corpus has them.</summary>
    public string Alphabet { get; init; } = "";

    /// <summary>A pair that occurs less often is not merged; at least 1, default 2 (a pair seen once compresses nothing).</summary>
    public int MinimumFrequency { get; init; } = 2;

    /// <summary>Longest token in bytes; default 32.</summary>
    public int LongestToken { get; init; } = 32;
}
