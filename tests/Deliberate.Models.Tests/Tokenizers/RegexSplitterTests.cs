using System.Globalization;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class RegexSplitterTests
{
    /// <summary>Patterns that cannot be translated, with what is named.</summary>
    [Theory]
    [InlineData(@"(a)\1", @"\1")]
    [InlineData(@"(?<n>a)\k<n>", @"\k")]
    [InlineData(@"(?<n>a)\g<n>", @"\g")]
    [InlineData(@"a\Kb", @"\K")]
    [InlineData(@"\X", @"\X")]
    [InlineData(@"\Ga", @"\G")]
    [InlineData(@"(?(1)a|b)", "(?(")]
    [InlineData(@"(?~a)", "(?~")]
    [InlineData(@"(*FAIL)", "(*")]
    [InlineData(@"(?{code})", "(?{")]
    [InlineData(@"(?W:a)", "(?W")]
    [InlineData(@"\p{Klingon}", @"\p{Klingon}")]
    [InlineData(@"\p{InGreek}", @"\p{InGreek}")]
    [InlineData(@"\pL", @"\p without braces")]
    [InlineData(@"[[:foo:]]", "[:foo:]")]
    [InlineData(@"\xE4", @"\xE4")]
    [InlineData(@"\Qa.b\E", @"\Q")]
    [InlineData(@"(?<=a++)b", "look-behind")]
    [InlineData(@"(?<=(?=a)a)b", "look-behind")]
    [InlineData(@"a{200000}", "100000")]
    [InlineData(@"[\R]", @"\R")]
    [InlineData("(", "not closed")]
    [InlineData("a)", "closed that was not opened")]
    [InlineData("[a", "not closed")]
    [InlineData("[]", "empty")]
    [InlineData("[z-a]", "ends before it begins")]
    [InlineData(@"[a-\d]", "ends with a class")]
    [InlineData("*a", "nothing to repeat")]
    [InlineData(@"a\", "ends too early")]
    [InlineData(@"\p{L", "ends too early")]
    [InlineData(@"\u41", @"\u")]
    [InlineData(@"\x{110000}", "no character")]
    [InlineData(@"\x{D800}", "no character")]
    public void What_cannot_be_translated_is_refused_by_name(string pattern, string named)
    {
        var error = Should.Throw<UserError>(() => new RegexSplitter(pattern, "some.json", "pre_tokenizer"));
        (error.File, error.Field).ShouldBe(("some.json", "pre_tokenizer: Regex"));
        error.Message.ShouldContain(named);
    }

    [Fact]
    public void Depth_and_length_are_bounded()
    {
        foreach (var pattern in new[] { new string('(', 4000), new string('[', 4000), string.Concat(Enumerable.Repeat("(?i)", 1000)), new string('a', 5000), string.Concat(Enumerable.Repeat("(?=", 1300)) })
            Bounded.ShouldBeRefused(() => _ = new RegexSplitter(pattern, "some.json", "pre_tokenizer"));
    }

    /// <summary>What other dialects have and Oniguruma refuses, in the meaning that it has there.</summary>
    [Theory]
    [InlineData(@"\p{Script=Han}+", "漢字a", "漢字")]
    [InlineData(@"\p{sc=Hira}", "あア", "あ")]
    [InlineData(@"\p{gc=Lu}", "aB", "B")]
    [InlineData(@"\p{L&}", "aʰ", "a")]
    [InlineData("(?s:.)", "\n", "\n")]
    [InlineData("(?P<n>a)b", "ab", "ab")]
    [InlineData(@"[\p{L}--[a-z]]+", "abÄÖ", "ÄÖ")]
    [InlineData(@"[\w-x]", "-", "-")]
    public void Other_dialects_are_understood_where_Oniguruma_says_nothing(string pattern, string text, string match) =>
        Parts(new RegexSplitter(pattern, null, "pattern"), text).ShouldContain("+" + match);

    /// <summary>Every code point, against the tables of .NET.</summary>
    [Fact]
    public void Categories_are_those_of_Unicode_for_every_code_point()
    {
        foreach (var (name, categories) in new (string, Func<UnicodeCategory, bool>)[]
        {
            ("L", c => c <= UnicodeCategory.OtherLetter), ("Lu", c => c == UnicodeCategory.UppercaseLetter), ("N", c => c is >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber),
            ("Punctuation", c => c is >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation), ("m", c => c is >= UnicodeCategory.NonSpacingMark and <= UnicodeCategory.EnclosingMark),
            ("So", c => c == UnicodeCategory.OtherSymbol), ("Cn", c => c == UnicodeCategory.OtherNotAssigned), ("Any", _ => true),
        })
        {
            var set = UnicodeProperties.Find(name).ShouldNotBeNull();
            for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
                if (set.Contains(codePoint) != categories(CharUnicodeInfo.GetUnicodeCategory(codePoint))) Assert.Fail($"{name}: {codePoint:X}");
        }
    }

    [Fact]
    public void White_space_is_that_of_dotnet_and_scripts_share_no_character()
    {
        for (var codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
            if (Rune.IsValid(codePoint) && UnicodeProperties.Space.Contains(codePoint) != Rune.IsWhiteSpace(new Rune(codePoint))) Assert.Fail($"{codePoint:X}");
        var scripts = new[] { "Han", "Hira", "Kana", "Hang", "Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Thai", "Devanagari", "Common", "Inherited" }.Select(n => UnicodeProperties.Find(n).ShouldNotBeNull()).ToArray();
        for (var i = 0; i < scripts.Length; i++)
            for (var j = 0; j < i; j++) scripts[i].Intersect(scripts[j]).IsEmpty.ShouldBeTrue();
        UnicodeProperties.Find("Han").ShouldBe(UnicodeProperties.Find("hani"));
    }

    [Fact]
    public void A_class_beyond_the_basic_plane_sees_whole_characters()
    {
        var letters = new RegexSplitter(DeepSeekPatterns.Letters, null, "pattern");
        Parts(letters, "x \U00010400\U0001044F\U00010450").ShouldBe(["+x", "+ \U00010400\U0001044F", "-\U00010450"]);
        Parts(letters, "Ωω \u2126ƻა").ShouldBe(["+Ωω", "+ \u2126", "-ƻა"]);
    }

    [Fact]
    public void The_pre_tokenizer_of_DeepSeek_cuts_as_its_steps_say()
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(value => ByteLetters.Letter((byte)value).ToString())];
        var tokenizer = Tokenizer.FromVocabulary(tokens, [], [], "deepseek-llm");
        // The class of punctuation holds ASCII's letters too (from : to ~), so words are cut at letters that are not ASCII.
        Cut(tokenizer, "Hello, wörld!  x=12 你好世界。\r\n\n٣ \U00010400 end  ").ShouldBe(["Hello", ",", " w", "ö", "rld", "!", " ", " x", "=", "1", "2", " ", "你好世界", "。", "\r", "\n", "\n", "٣", " \U00010400", " end", "  "]);
    }

    /// <summary>What matches without length cuts, as in the reference library (tokenizers 0.22.2).</summary>
    [Theory]
    [InlineData(@"(?=\d)", "Isolated", "a1b22", "a 1b 2 2")]
    [InlineData("x*", "Isolated", "12xx3ab", "1 2 xx 3 a b")]
    [InlineData("x*", "Removed", "12xx3ab", "1 2 3 a b")]
    [InlineData("x*", "MergedWithPrevious", "12xx3ab", "1 2xx 3 a b")]
    [InlineData("x*", "MergedWithNext", "12xx3ab", "1 2 xx3 a b")]
    [InlineData("x*", "Contiguous", "12xx3ab", "1 2 xx 3 a b")]
    [InlineData(@"\p{N}{1,3}+", "Isolated", "1234567", "1234567")]
    [InlineData(@"\p{N}{1,3}", "Isolated", "1234567", "123 456 7")]
    public void Matches_of_a_tokenizer_file_cut_as_its_behaviour_says(string pattern, string behavior, string text, string expected)
    {
        var json = System.Text.Json.JsonSerializer.Serialize(pattern);
        var vocabulary = string.Join(',', text.Distinct().Select((c, i) => $"\"{c}\":{i}"));
        var tokenizer = Tokenizer.FromJson("{\"model\":{\"vocab\":{" + vocabulary + "},\"merges\":[]},\"pre_tokenizer\":{\"type\":\"Split\",\"pattern\":{\"Regex\":" + json + "},\"behavior\":\"" + behavior + "\"}}");
        string.Join(' ', Cut(tokenizer, text)).ShouldBe(expected);
    }

    private static List<string> Cut(Tokenizer tokenizer, string text)
    {
        var cut = new List<string>();
        tokenizer.VisitPieces(Encoding.UTF8.GetBytes(text), parseSpecial: true, tracksOffsets: false, (shaped, start, end, _) => cut.Add(Encoding.UTF8.GetString(shaped.Bytes[start..end])));
        return cut;
    }

    private static List<string> Parts(RegexSplitter splitter, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var parts = new List<Splitter.Part>();
        splitter.Find(utf8, 0, utf8.Length, parts);
        return parts.ConvertAll(p => (p.Matches ? "+" : "-") + Encoding.UTF8.GetString(utf8, p.Start, p.End - p.Start));
    }
}
