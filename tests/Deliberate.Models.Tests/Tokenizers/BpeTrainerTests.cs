using System.Text;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class BpeTrainerTests
{
    private static readonly string[] Corpus = ["the cat and the hat: 12 + 345 = 357\n", "the other cat, and another hat; 7 * 8 = 56\n"];

    [Fact]
    public void A_closed_alphabet_fits_a_vocabulary_of_96()
    {
        var tokenizer = BpeTrainer.Train(Corpus, 96, ["<|pad|>", "<|end|>"], new BpeTrainerOptions { PreTokenizer = "smollm", AllBytes = false, MinimumFrequency = 1 });
        tokenizer.VocabularySize.ShouldBeLessThanOrEqualTo(96);
        tokenizer.TokenToId("<|pad|>").ShouldBe(0);
        tokenizer.TokenToId("<|end|>").ShouldBe(1);
        foreach (var text in Corpus) tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(text);
        tokenizer.Encode("the").Length.ShouldBe(1);
        tokenizer.Encode("345").Length.ShouldBe(3, "each digit is a token");
        Should.Throw<UserError>(() => tokenizer.Encode("Q")).Message.ShouldContain("0x51");
    }

    [Fact]
    public void The_alphabet_can_be_widened_without_all_bytes()
    {
        var tokenizer = BpeTrainer.Train(Corpus, 128, [], new BpeTrainerOptions { AllBytes = false, Alphabet = "0123456789Qé" });
        tokenizer.Decode(tokenizer.Encode("Qé 9")).ShouldBe("Qé 9");
    }

    [Theory]
    [InlineData(64)]
    [InlineData(512)]
    public void The_vocabulary_has_the_size_asked_for_where_the_corpus_has_enough_pairs(int size)
    {
        var corpus = Enumerable.Range(0, 400).Select(i => $"word{(char)('a' + (i % 26))}{(char)('a' + (i / 26))} number {i} ");
        var tokenizer = BpeTrainer.Train(corpus, size, ["<|end|>"], new BpeTrainerOptions { AllBytes = size > 256, MinimumFrequency = 1 });
        tokenizer.VocabularySize.ShouldBe(size);
    }

    [Fact]
    public void The_order_of_the_corpus_does_not_matter()
    {
        var forward = BpeTrainer.Train(Corpus, 290).ToJson();
        BpeTrainer.Train(Corpus.Reverse(), 290).ToJson().ShouldBe(forward);
        BpeTrainer.Train(Corpus, 290).ToJson().ShouldBe(forward);
    }

    [Fact]
    public void Special_tokens_in_the_corpus_are_not_learned_from()
    {
        var tokenizer = BpeTrainer.Train(Enumerable.Repeat("<|end|>ab", 50), 300, ["<|end|>"]);
        tokenizer.Encode("<|end|>").ShouldBe([0]);
        tokenizer.TokenToId("<|").ShouldBe(-1);
        tokenizer.TokenToId("ab").ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_saved_tokenizer_encodes_the_same()
    {
        var tokenizer = BpeTrainer.Train(Corpus, 300, ["<|end|>"], new BpeTrainerOptions { PreTokenizer = "llama-bpe" });
        var again = Tokenizer.FromJson(tokenizer.ToJson());
        foreach (var text in Corpus) again.Encode(text).ShouldBe(tokenizer.Encode(text));
        Encoding.UTF8.GetString(again.ToJson()).ShouldBe(Encoding.UTF8.GetString(tokenizer.ToJson()));
    }

    [Fact]
    public void A_vocabulary_smaller_than_its_alphabet_is_refused() =>
        Should.Throw<UserError>(() => BpeTrainer.Train(Corpus, 100)).Message.ShouldContain("256");

    [Fact]
    public void Equally_frequent_pairs_merge_in_the_order_of_their_ids()
    {
        var tokenizer = BpeTrainer.Train(["ab cd ab cd"], 6, [], new BpeTrainerOptions { AllBytes = false });
        tokenizer.TokenToId("ab").ShouldBe(5);
    }
}
