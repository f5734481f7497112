using System.Text;
using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>What is wrong with a file is one user error that names file and field, soon.</summary>
public sealed class TokenizerBadInputTests
{
    [Theory]
    [InlineData("", "is not valid JSON")]
    [InlineData("{\"model\":", "is not valid JSON")]
    [InlineData("[]", "must be an object")]
    [InlineData("{}", "model")]
    [InlineData("{\"model\":{\"type\":\"WordPiece\"}}", "model.type")]
    [InlineData("{\"model\":{\"vocab\":[],\"merges\":[]}}", "model.vocab")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":-1},\"merges\":[]}}", "model.vocab")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":2000000000},\"merges\":[]}}", "model.vocab")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":99999999999},\"merges\":[]}}", "model.vocab[\"a\"]")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0.5},\"merges\":[]}}", "model.vocab[\"a\"]")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}}", "same id")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0,\"a\":1},\"merges\":[]}}", "twice")]
    [InlineData("{\"model\":{\"vocab\":{\"\\ud800\":0},\"merges\":[]}}", "not a valid string")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a\"]}}", "model.merges[0]")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a b\"]}}", "model.merges[0]")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[\"a a\"]}}", "\"aa\"")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0,\"\":1},\"merges\":[[\"a\",\"\"]]}}", "empty")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[],\"unk_token\":\"u\"}}", "model.unk_token")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[],\"dropout\":0.1}}", "model.dropout")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[{\"id\":0,\"content\":\"b\"}]}", "same id")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[{\"id\":-5,\"content\":\"b\"}]}", "added_tokens")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"added_tokens\":[{\"content\":\"b\"}]}", "added_tokens[0].id")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"normalizer\":{\"type\":\"Wild\"}}", "normalizer.type")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\"}}", "pre_tokenizer")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"String\":\"x\"},\"behavior\":\"Sideways\"}}", "pre_tokenizer.behavior")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"decoder\":[]}", "decoder")]
    [InlineData("{\"model\":{\"vocab\":{\"a\":0},\"merges\":[]},\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"x\"}}],\"special_tokens\":{}}}", "post_processor.special_tokens.x")]
    public void A_malformed_file_is_a_user_error_that_names_the_place(string json, string place)
    {
        var error = Should.Throw<UserError>(() => Tokenizer.FromJson(json, "some.json"));
        error.Message.ShouldStartWith("some.json");
        error.Message.ShouldContain(place);
    }

    [Fact]
    public void Any_truncation_of_a_file_is_a_user_error()
    {
        var json = BpeTrainer.Train(["the cat the hat"], 270, ["<|end|>"]).ToJson();
        for (var length = 0; length < json.Length - 2; length += 97)
            Should.Throw<UserError>(() => Tokenizer.FromJson(json.AsMemory(0, length), "cut.json"));
    }

    [Fact]
    public void A_missing_file_is_a_user_error() =>
        Should.Throw<UserError>(() => Tokenizer.Load("/nowhere/tokenizer.json")).Message.ShouldContain("/nowhere/tokenizer.json");

    [Fact]
    public void A_pattern_that_backtracks_for_ever_is_a_user_error_within_two_seconds()
    {
        var tokenizer = Tokenizer.FromJson("""
            {"model":{"vocab":{"a":0,"b":1},"merges":[]},
             "pre_tokenizer":{"type":"Split","pattern":{"Regex":"(a|aa)+$"},"behavior":"Isolated"}}
            """);
        ThreadTime.Of(() => Should.Throw<UserError>(() => tokenizer.Encode(new string('a', 60) + "b")).Message.ShouldContain("(a|aa)+$")).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void A_long_run_of_one_letter_and_deep_merges_take_no_longer_than_the_text_deserves()
    {
        var (vocabulary, merges) = (new StringBuilder("\"a\":0"), new StringBuilder());
        for (var (i, token) = (1, "a"); i <= 12; i++, token += token)
        {
            vocabulary.Append(",\"").Append(token).Append(token).Append("\":").Append(i);
            merges.Append(i == 1 ? "" : ",").Append("[\"").Append(token).Append("\",\"").Append(token).Append("\"]");
        }

        var tokenizer = Tokenizer.FromJson($$$"""{"model":{"vocab":{{{{vocabulary}}}},"merges":[{{{merges}}}]}}""");
        ThreadTime.Of(() => tokenizer.Encode(new string('a', 400_000)).Length.ShouldBe((400_000 / 4096) + int.PopCount(400_000 % 4096))).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }
}
