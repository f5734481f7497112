using System.Text;
using System.Text.Json;
using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class NormalizerTests
{
    private static readonly string[] Fragments =
        ["a", "Z", "é", "e\u0301", "\u0301", "E\u0301\u0327", "q\u0307\u0323", "ﬁ", "½", "ｶﾞ", "ガ", "Å", "İ", "ς", "ẞ", "각", "\u1100\u1161", "ﷺ", "…", "\u3000", " ", "  ", "\n", "नि", "\u20dd", "𝔸", "😀", "Ⅷ", "豈", "ǅ"];

    private static readonly Arbitrary<string> Texts = Gen.Elements(Fragments).ListOf().Select(string.Concat).ToArbitrary();

    /// <summary>
    /// Golden values of tokenizers 0.22.2. A line of normalizers.jsonl is a normalizer n with texts t, each with what becomes of it.
    /// </summary>
    [Fact]
    public void Texts_become_those_of_the_reference_library()
    {
        var (normalizers, texts) = (0, 0);
        foreach (var line in TokenizerVectorTests.Lines(Path.Combine(AppContext.BaseDirectory, "normalizers.jsonl")))
        {
            normalizers++;
            var normalizer = Normalizer(line.GetProperty("n"));
            foreach (var given in line.GetProperty("t").EnumerateArray())
            {
                texts++;
                Apply(normalizer, given[0].GetString()!).ShouldBe(given[1].GetString(), $"{line.GetProperty("n")} of {given[0]}");
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{normalizers} normalizers, {texts} texts");
        texts.ShouldBeGreaterThan(300);
    }

    [Theory]
    [InlineData("""{"type":"Lowercase"}""", "İX", "i(0,1) \u0307(0,1) x(1,2)")]
    [InlineData("""{"type":"StripAccents"}""", "e\u0304\u0304o", "e(0,1) o(3,4)")]
    [InlineData("""{"type":"StripAccents"}""", "\u0304\u0304o", "o(2,3)")]
    [InlineData("""{"type":"Strip","strip_left":true,"strip_right":true}""", "\u3000 ab\n", "a(2,3) b(3,4)")]
    [InlineData("""{"type":"Strip","strip_left":false,"strip_right":true}""", "\ta ", "\t(0,1) a(1,2)")]
    [InlineData("""{"type":"NFKC"}""", "xﬁy", "x(0,1) f(1,2) i(1,2) y(2,3)")]
    [InlineData("""{"type":"NFD"}""", "éa", "e(0,1) \u0301(0,1) a(1,2)")]
    [InlineData("""{"type":"NFKD"}""", "ｶﾞ", "カ(0,1) \u3099(1,2)")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"\\s+"},"content":"_"}""", "a   b", "a(0,1) _(3,4) b(4,5)")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"[A-Z]"},"content":""}""", "aBCd", "a(0,1) d(3,4)")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"x*"},"content":"-"}""", "a", "-(0,0) a(0,1) -(0,1)")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"NFD"},{"type":"StripAccents"},{"type":"Lowercase"},{"type":"Prepend","prepend":"_"}]}""", "ÉTÉ", "_(0,1) e(0,1) t(1,2) e(2,3)")]
    public void Offsets_are_those_of_the_callers_text(string normalizer, string text, string expected)
    {
        string[] letters = [.. expected.Split(' ').Select(token => token[..token.IndexOf('(', StringComparison.Ordinal)]).Distinct()];
        var vocabulary = string.Join(',', letters.Select((letter, id) => $"{JsonSerializer.Serialize(letter)}:{id}"));
        var tokenizer = Tokenizer.FromJson("{\"normalizer\":" + normalizer + ",\"model\":{\"vocab\":{" + vocabulary + "},\"merges\":[]}}");
        var (ids, offsets) = tokenizer.EncodeWithOffsets(text);
        string.Join(' ', ids.Zip(offsets, (id, offset) => $"{letters[id]}({offset.Start},{offset.End})")).ShouldBe(expected);
        tokenizer.Encode(text).ShouldBe(ids);
    }

    [Fact]
    public void Forms_are_stable_and_lead_to_one_another()
    {
        Check.QuickThrowOnFailure(Prop.ForAll(Texts, text =>
        {
            var (c, d, kc, kd) = (In("NFC", text), In("NFD", text), In("NFKC", text), In("NFKD", text));
            foreach (var (form, normalized) in new[] { ("NFC", c), ("NFD", d), ("NFKC", kc), ("NFKD", kd) }) In(form, normalized).ShouldBe(normalized);
            In("NFC", d).ShouldBe(c);
            In("NFD", c).ShouldBe(d);
            In("NFKC", d).ShouldBe(kc);
            In("NFKD", kc).ShouldBe(kd);
        }));

        static string In(string form, string text) => Apply(Normalizer(JsonDocument.Parse($$"""{"type":"{{form}}"}""").RootElement), text);
    }

    [Fact]
    public void Every_byte_remembers_a_place_and_places_never_go_back()
    {
        var normalizers = TokenizerVectorTests.Lines(Path.Combine(AppContext.BaseDirectory, "normalizers.jsonl")).Select(line => Normalizer(line.GetProperty("n"))).ToArray();
        Check.QuickThrowOnFailure(Prop.ForAll(Texts, text =>
        {
            foreach (var normalizer in normalizers)
            {
                var given = new AlignedText(Encoding.UTF8.GetBytes(text), tracksOffsets: true, null);
                var output = normalizer.Apply(given, 0, given.Length);
                var (length, last) = (text.EnumerateRunes().Count(), 0);
                for (var i = 0; i < output.Length; i++)
                {
                    output.Start(i).ShouldBeInRange(last, output.End(i));
                    output.End(i).ShouldBeInRange(0, length);
                    last = output.Start(i);
                }
            }
        }));
    }

    [Theory]
    [InlineData("""{"type":"Append","append":"x"}""", "normalizer.type")]
    [InlineData("""{"type":"Nmt"}""", "normalizer.type")]
    [InlineData("""{"type":"BertNormalizer"}""", "normalizer.type")]
    [InlineData("""{"type":"Precompiled","precompiled_charsmap":""}""", "normalizer.type")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"(a)(b)"},"content":"$1 $2"}""", "normalizer.content")]
    [InlineData("""{"type":"Replace","pattern":{"Regex":"(a)\\1"},"content":""}""", "normalizer: Regex")]
    [InlineData("""{"type":"Replace","pattern":{},"content":""}""", "normalizer.pattern.Regex")]
    [InlineData("""{"type":"Strip","strip_left":1}""", "normalizer.strip_left")]
    [InlineData("""{"type":"Sequence","normalizers":[{"type":"Lower"}]}""", "normalizer.normalizers[0].type")]
    public void What_is_not_understood_is_refused_by_name(string normalizer, string field)
    {
        var error = Should.Throw<UserError>(() => Tokenizer.FromJson("{\"normalizer\":" + normalizer + ",\"model\":{\"vocab\":{\"a\":0},\"merges\":[]}}", "some.json"));
        (error.File, error.Field).ShouldBe(("some.json", field));
    }

    [Fact]
    public void A_decoder_replaces_by_regular_expressions_too()
    {
        var tokenizer = Tokenizer.FromJson("""{"model":{"vocab":{"ab":0,"▁▁":1},"merges":[]},"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"Regex":"▁+"},"content":" "},{"type":"Fuse"}]}}""");
        tokenizer.Decode([0, 1, 0, 1]).ShouldBe("ab ab ");
    }

    [Fact]
    public void A_normalizer_that_takes_for_ever_is_stopped()
    {
        var tokenizer = Tokenizer.FromJson("""{"normalizer":{"type":"Replace","pattern":{"Regex":"(a|aa)+$"},"content":""},"model":{"vocab":{"a":0,"b":1},"merges":[]}}""", "some.json");
        var error = Bounded.ShouldBeRefused(() => tokenizer.Encode(new string('a', 60) + "b"));
        (error.File, error.Field).ShouldBe(("some.json", "normalizer"));
    }

    private static Normalizer Normalizer(JsonElement json) => new TokenizerStages(null).Normalizer(json).ShouldNotBeNull();

    private static string Apply(Normalizer normalizer, string text)
    {
        var given = new AlignedText(Encoding.UTF8.GetBytes(text), tracksOffsets: false, null);
        return Encoding.UTF8.GetString(normalizer.Apply(given, 0, given.Length).Bytes);
    }
}
