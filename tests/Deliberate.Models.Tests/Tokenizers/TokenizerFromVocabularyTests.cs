using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class TokenizerFromVocabularyTests
{
    [Theory]
    [InlineData("gpt-2")]
    [InlineData("llama-spm")]
    public void Ids_of_a_gguf_file_equal_those_of_llama_cpp(string name)
    {
        var tokenizer = OfGguf(SharedFolder.Path("data", "tokenizer_vectors", name + ".gguf"));
        var texts = File.ReadAllText(SharedFolder.Path("data", "tokenizer_vectors", name + ".inp")).Split("\n__ggml_vocab_test__\n");
        var lines = File.ReadAllLines(SharedFolder.Path("data", "tokenizer_vectors", name + ".out"));
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

    [Theory]
    [InlineData("smollm")]
    [InlineData("llama-bpe")]
    [InlineData("qwen2")]
    [InlineData("gpt-2")]
    [InlineData("starcoder")]
    [InlineData("falcon")]
    [InlineData("deepseek-llm")]
    [InlineData("default")]
    public void The_pre_tokenizers_of_published_models_are_known(string name) => TokenizerPresets.Names.ShouldContain(name);

    [Theory]
    [InlineData("tekken")]
    [InlineData("deepseek-coder")]
    [InlineData("Qwen2")]
    [InlineData("bert-bge")]
    public void Another_pre_tokenizer_is_refused_by_name_with_the_list(string name)
    {
        var error = Should.Throw<UserError>(() => Tokenizer.FromVocabulary(["a"], [], [], name, file: "m.gguf"));
        (error.File, error.Field).ShouldBe(("m.gguf", "tokenizer.ggml.pre"));
        error.Problem.ShouldContain($"\"{name}\"");
        foreach (var known in TokenizerPresets.Names) error.Advice.ShouldNotBeNull().ShouldContain(known);
    }

    [Fact]
    public void Special_tokens_in_text_from_outside_can_be_taken_as_plain_text()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteLetters.Letter((byte)value).ToString()), "<s>"];
        var tokenizer = Tokenizer.FromVocabulary(tokens, [], [.. Enumerable.Repeat(1, 256), 3], "gpt-2");
        tokenizer.Encode("a<s>").ShouldBe(['a', 256]);
        tokenizer.Encode("a<s>", parseSpecial: false).ShouldBe(['a', '<', 's', '>']);
    }

    internal static Tokenizer OfGguf(string path)
    {
        using var file = GgufFile.Open(path);
        return GgufText.ReadTokenizer(file, GgufTokenizer.Read(file)).Tokenizer;
    }
}
