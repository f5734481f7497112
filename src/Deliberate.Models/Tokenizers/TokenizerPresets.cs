using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// The stages behind the names that GGUF files give to pre-tokenizers (<c>tokenizer.ggml.pre</c>), for byte-level models.
/// </summary>
internal static class TokenizerPresets
{
    private const string ByteLevel = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":false}""";
    private const string ByteLevelWords = """{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":true}""";
    private const string SingleDigits = """{"type":"Digits","individual_digits":true}""";
    private const string Falcon = @"[\p{P}\$\+<=>\^~\|`]+";
    private const string Default = @"[\p{P}\$\+<=>\^~\|]+";

    /// <summary>The names that are understood.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["gpt-2", "smollm", "starcoder", "refact", "command-r", "llama-bpe", "qwen2", "falcon", "deepseek-llm", "default"];

    /// <summary>Whether the name is understood; files of converters before there were names have none.</summary>
    public static bool Knows(string name) => Names.Contains(Canonical(name));

    /// <summary>Whether whole words of the vocabulary go before merges.</summary>
    public static bool IgnoresMerges(string name) => Canonical(name) == "llama-bpe";

    /// <summary>Whether texts begin with the begin token where the file does not say.</summary>
    public static bool BeginsTexts(string name) => Canonical(name) == "llama-bpe";

    /// <summary>The stages as the object that <see cref="TokenizerFile"/> takes.</summary>
    /// <param name="name">Name of the pre-tokenizer.</param>
    /// <param name="before">Token to put before a text when special tokens are asked for.</param>
    /// <param name="after">Token to put after it.</param>
    /// <param name="file">For errors.</param>
    public static JsonElement Stages(string name, (string Token, int Id)? before, (string Token, int Id)? after, string? file)
    {
        var steps = Canonical(name) switch
        {
            "gpt-2" => ByteLevelWords,
            "smollm" or "starcoder" or "refact" or "command-r" => Sequence(SingleDigits, ByteLevelWords),
            "llama-bpe" => Sequence(Split(WordSplitter.Llama3Pattern), ByteLevel),
            "qwen2" => Sequence(Split(WordSplitter.Qwen2Pattern), ByteLevel),
            "falcon" => Sequence(Split(Falcon), Split(WordSplitter.Gpt2Pattern), Split("[0-9][0-9][0-9]"), ByteLevel),
            "deepseek-llm" => Sequence(
                Split(DeepSeekPatterns.NewLines), Split(DeepSeekPatterns.Letters), Split(DeepSeekPatterns.Punctuation), Split(DeepSeekPatterns.SpaceAtTheEnd), Split(DeepSeekPatterns.EastAsian), SingleDigits, ByteLevel),
            "default" => Sequence(Split(Default), Split(WordSplitter.Gpt2Pattern), Split(@"\p{N}+"), Split("[0-9][0-9][0-9]"), ByteLevel),
            _ => throw new UserError($"The pre-tokenizer \"{name}\" is not supported.", file, field: "tokenizer.ggml.pre",
                advice: $"Supported are {string.Join(", ", Names)}; or put the model's tokenizer.json beside it."),
        };
        var normalizer = name == "qwen2" ? """{"type":"NFC"}""" : "null";
        var processor = Template(before, after) is { } template ? $$"""{"type":"Sequence","processors":[{{ByteLevelProcessor}},{{template}}]}""" : ByteLevelProcessor;
        var json = $$"""{"normalizer":{{normalizer}},"pre_tokenizer":{{steps}},"post_processor":{{processor}},"decoder":{{Decoder}}}""";
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    /// <summary>The name that stands for others of the same meaning.</summary>
    private static string Canonical(string name) => name switch
    {
        "" => "default",
        "llama3" or "llama-v3" => "llama-bpe",
        _ => name,
    };

    private static string ByteLevelProcessor => """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":false,"use_regex":true}""";

    private static string Decoder => """{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true,"use_regex":true}""";

    private static string Sequence(params string[] steps) => $$"""{"type":"Sequence","pretokenizers":[{{string.Join(',', steps)}}]}""";

    private static string Split(string pattern) =>
        $$"""{"type":"Split","pattern":{"Regex":{{Quote(pattern)}}},"behavior":"Isolated","invert":false}""";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>The post-processor that puts tokens around a text; null where there are none.</summary>
    public static string? Template((string Token, int Id)? before, (string Token, int Id)? after)
    {
        if (before is null && after is null) return null;
        var used = new[] { before, after }.OfType<(string Token, int Id)>().DistinctBy(token => token.Token).ToArray();
        var tokens = used.Select(token => $$"""{{Quote(token.Token)}}:{"id":{{Quote(token.Token)}},"ids":[{{token.Id}}],"tokens":[{{Quote(token.Token)}}]}""");
        return $$$"""{"type":"TemplateProcessing","single":[{{{Parts("A", 0)}}}],"pair":[{{{Parts("A", 0)}}},{{{Parts("B", 1)}}}],"special_tokens":{{{{string.Join(',', tokens)}}}}}""";

        string Parts(string sequence, int type)
        {
            var parts = new List<string>();
            if (before is { } first) parts.Add(Special(first.Token, type));
            parts.Add($$$"""{"Sequence":{"id":"{{{sequence}}}","type_id":{{{type}}}}}""");
            if (after is { } last) parts.Add(Special(last.Token, type));
            return string.Join(',', parts);
        }
    }

    private static string Special(string token, int type) => $$$"""{"SpecialToken":{"id":{{{Quote(token)}}},"type_id":{{{type}}}}}""";
}
