using System.Text;
using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class TokenizerPropertyTests
{
    private static readonly string[] Fragments =
        ["the", " The", "'s", "'LL", "'ſ", " ", "  ", "\n", "\r\n", "\t", "12", "٣", "½", "𝟙", "é", "e\u0301", "日本", "𠜎", "😀", "👩‍👧", "!", "...", "<|end|>", "<|e", "\u0085", "\u3000", "\0", "Ġ", "▁"];

    private static readonly Gen<string> Texts =
        Gen.OneOf(Gen.Elements(Fragments), ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => Valid(text.Get))).ListOf().Select(string.Concat);

    public static TheoryData<string> PreTokenizers => ["gpt-2", "smollm", "llama-bpe", "falcon", "default"];

    [Theory]
    [MemberData(nameof(PreTokenizers))]
    public void Decoding_what_was_encoded_gives_the_text_back(string preTokenizer)
    {
        var tokenizer = Train(preTokenizer);
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var (ids, offsets) = tokenizer.EncodeWithOffsets(text);
            tokenizer.Encode(text).ShouldBe(ids);
            tokenizer.Decode(ids, skipSpecial: false).ShouldBe(text);
            tokenizer.Decode(tokenizer.Encode(text, parseSpecial: false), skipSpecial: true).ShouldBe(text);
            var length = text.EnumerateRunes().Count();
            offsets.ShouldAllBe(offset => offset.Start <= offset.End && offset.End <= length);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_stream_shows_the_whole_text_and_never_half_a_character()
    {
        var tokenizer = Train("gpt-2");
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var decoder = tokenizer.StreamDecoder(skipSpecial: false);
            var pieces = tokenizer.Encode(text).Select(decoder.Push).ToList();
            pieces.ShouldAllBe(piece => piece == Valid(piece));
            pieces.Add(decoder.Finish());
            string.Concat(pieces).ShouldBe(text);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(WordSplitter.Gpt2Pattern)]
    [InlineData(WordSplitter.Llama3Pattern)]
    [InlineData(WordSplitter.Qwen2Pattern)]
    public void The_splitters_by_hand_cut_where_the_patterns_do(string pattern)
    {
        var byHand = WordSplitter.ForPattern(pattern)!;
        var byPattern = new RegexSplitter(pattern, file: null, "pattern");
        Prop.ForAll(Texts.ToArbitrary(), text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            List<Splitter.Part> expected = [], actual = [];
            byPattern.Find(bytes, 0, bytes.Length, expected);
            byHand.Find(bytes, 0, bytes.Length, actual);
            actual.ShouldBe(expected, text);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Many_threads_encode_the_same_as_one()
    {
        var tokenizer = Train("gpt-2");
        var texts = Enumerable.Range(0, 64).Select(i => string.Concat(Fragments.Skip(i % 20)) + i).ToArray();
        var expected = texts.Select(text => tokenizer.Encode(text)).ToArray();
        Parallel.For(0, 1000, i => tokenizer.Encode(texts[i % 64]).ShouldBe(expected[i % 64]));
    }

    private static Tokenizer Train(string preTokenizer) =>
        BpeTrainer.Train(Enumerable.Repeat(string.Concat(Fragments.Where(fragment => !fragment.StartsWith('<'))), 3), 330, ["<|end|>"],
            new BpeTrainerOptions { PreTokenizer = preTokenizer });

    private static string Valid(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
