using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class TokenizerFromVocabularyTests
{
    [Fact]
    public void Ids_of_GPT2_equal_those_of_llama_cpp()
    {
        var tokenizer = GgufStrings.Tokenizer(SharedFolder.Path("data", "tokenizer_vectors", "gpt-2.gguf"));
        var texts = File.ReadAllText(SharedFolder.Path("data", "tokenizer_vectors", "gpt-2.inp")).Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllLines(SharedFolder.Path("data", "tokenizer_vectors", "gpt-2.out"));
        var count = 0;
        for (var i = 0; i < lines.Length; i++, count++)
        {
            string.Join(' ', tokenizer.Encode(texts[i])).ShouldBe(lines[i].Trim(), $"of {texts[i]}");
            tokenizer.Decode(tokenizer.Encode(texts[i])).ShouldBe(texts[i]);
        }

        count.ShouldBeGreaterThan(40);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} texts");
    }

    [Fact]
    public void Ids_and_offsets_of_SmolLM2_equal_those_of_the_reference_library()
    {
        var tokenizer = GgufStrings.Tokenizer(SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        var count = 0;
        foreach (var vector in TokenizerVectorTests.Lines(SharedFolder.Path("models", "smollm2-135m-instruct", "tokenizer_vectors.jsonl")))
        {
            count++;
            var text = vector.GetProperty("text").GetString()!;
            var (ids, offsets) = tokenizer.EncodeWithOffsets(text);
            ids.ShouldBe(TokenizerVectorTests.Ints(vector, "ids"), text);
            tokenizer.Encode(text).ShouldBe(ids);
            string.Join(' ', offsets).ShouldBe(string.Join(' ', vector.GetProperty("offsets").EnumerateArray().Select(o => $"({o[0]}, {o[1]})")), text);
            tokenizer.Decode(ids, skipSpecial: false).ShouldBe(vector.GetProperty("decoded").GetString());
        }

        tokenizer.VocabularySize.ShouldBe(49152);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} vectors");
    }

    [Fact]
    public void Every_named_pre_tokenizer_encodes_and_decodes()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteLetters.Letter((byte)value).ToString()), "<s>", "</s>"];
        int[] types = [.. Enumerable.Repeat(1, 256), 3, 3];
        foreach (var name in TokenizerPresets.Names)
        {
            var tokenizer = Tokenizer.FromVocabulary(tokens, [], types, name, beginId: 256, endId: 257);
            const string Text = "Don't  stop:\n 1234 ways — 𝟙𝟚 日本 +=x ";
            var ids = tokenizer.Encode(Text, addSpecialTokens: true);
            (ids[0], ids[^1]).ShouldBe((256, 257));
            tokenizer.Decode(ids).ShouldBe(Text, name);
            Tokenizer.FromJson(tokenizer.ToJson()).Encode(Text, addSpecialTokens: true).ShouldBe(ids);
        }
    }

    [Fact]
    public void An_unknown_pre_tokenizer_is_refused_by_name() =>
        Should.Throw<UserError>(() => Tokenizer.FromVocabulary(["a"], [], [], "tekken", file: "m.gguf")).Message.ShouldContain("\"tekken\"");

    [Fact]
    public void Special_tokens_in_text_from_outside_can_be_taken_as_plain_text()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteLetters.Letter((byte)value).ToString()), "<s>"];
        var tokenizer = Tokenizer.FromVocabulary(tokens, [], [.. Enumerable.Repeat(1, 256), 3], "gpt-2");
        tokenizer.Encode("a<s>").ShouldBe(['a', 256]);
        tokenizer.Encode("a<s>", parseSpecial: false).ShouldBe(['a', '<', 's', '>']);
    }
}
