using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class RangeSplitterTests
{
    /// <summary>Characters at the edges of DeepSeek's ranges, and kinds of white space; none beyond U+FFFF, where the two differ.</summary>
    private static readonly string[] Pieces = ["a", "Z", "é", "Ω", "\u2126", "ƻ", "ა", "Ა", "!", "/", "~", "＊", "。", "\u3000", " ", "\u00A0", "\t", "\n", "\r", "一", "龥", "가", "ࠀ", "7", "٣", "\uFFFD"];

    [Theory]
    [InlineData(@"\s?[!-/:-~！-／：-～‘-‟　-。]+")]
    [InlineData("[一-龥ࠀ-一가-퟿]+")]
    [InlineData("[\r\n]")]
    [InlineData(@"\s?[A-Za-zµÀ-ÖØ-ö]")]
    [InlineData("[a]+")]
    public void Matches_are_those_of_the_regular_expression(string pattern)
    {
        var own = RangeSplitter.ForPattern(pattern).ShouldNotBeNull();
        var regex = new RegexSplitter(pattern, null, "pattern");
        var cases = 0;
        Prop.ForAll(Gen.Elements(Pieces).ListOf().Select(p => string.Concat(p)).ToArbitrary(), text =>
        {
            cases++;
            Parts(own, text).ShouldBe(Parts(regex, text));
        }).QuickCheckThrowOnFailure();
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} texts");
    }

    [Theory]
    [InlineData(@"[^a]+")]
    [InlineData(@"[\p{L}]+")]
    [InlineData(@"[a-z&&[b]]+")]
    [InlineData(@"[a-]+")]
    [InlineData(@"[-a]+")]
    [InlineData(@"[z-a]+")]
    [InlineData(@"[a]+b")]
    [InlineData(@"[a]*")]
    [InlineData(@"\s?a")]
    [InlineData("[]")]
    [InlineData("")]
    public void Other_patterns_are_left_to_the_regular_expressions(string pattern) => RangeSplitter.ForPattern(pattern).ShouldBeNull();

    [Fact]
    public void A_class_beyond_the_basic_plane_sees_whole_characters()
    {
        var own = RangeSplitter.ForPattern(DeepSeekPatterns.Letters).ShouldNotBeNull();
        Parts(own, "x \U00010400\U0001044F\U00010450").ShouldBe(["+x", "+ \U00010400\U0001044F", "-\U00010450"]);
        Parts(own, "Ωω \u2126ƻა").ShouldBe(["+Ωω", "+ \u2126", "-ƻა"]);
    }

    [Fact]
    public void The_pre_tokenizer_of_DeepSeek_cuts_as_its_steps_say()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteLetters.Letter((byte)value).ToString())];
        var tokenizer = Tokenizer.FromVocabulary(tokens, [], [], "deepseek-llm");
        var cut = new List<string>();
        tokenizer.VisitPieces(Encoding.UTF8.GetBytes("Hello, wörld!  x=12 你好世界。\r\n\n٣ \U00010400 end  "), parseSpecial: true, tracksOffsets: false, (text, start, end, _) => cut.Add(Encoding.UTF8.GetString(text.Bytes[start..end])));
        // The class of punctuation holds ASCII's letters too (from : to ~), so words are cut at letters that are not ASCII.
        cut.ShouldBe(["Hello", ",", " w", "ö", "rld", "!", " ", " x", "=", "1", "2", " ", "你好世界", "。", "\r", "\n", "\n", "٣", " \U00010400", " end", "  "]);
    }

    private static List<string> Parts(Splitter splitter, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var parts = new List<Splitter.Part>();
        splitter.Find(utf8, 0, utf8.Length, parts);
        return parts.ConvertAll(p => (p.Matches ? "+" : "-") + Encoding.UTF8.GetString(utf8, p.Start, p.End - p.Start));
    }
}
