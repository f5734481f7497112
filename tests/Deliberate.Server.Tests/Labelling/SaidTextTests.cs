using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Server.Tests;

/// <summary>Texts of models as HTML: formulas and Markdown, and never anything that runs, loads or leads elsewhere.</summary>
public sealed partial class SaidTextTests
{
    [Theory]
    [InlineData("so $x_1 + x_2$ holds", "<span class=\"tex\">x_1 + x_2</span>")]
    [InlineData("$$\\frac{1}{2}$$", "<span class=\"tex\" data-displayed=\"true\">\\frac{1}{2}</span>")]
    [InlineData("\\(a<b\\) and \\[c\\]", "<span class=\"tex\">a&lt;b</span>")]
    [InlineData("\\begin{align*}a&=b\\\\c&=d\\end{align*}", "<span class=\"tex\" data-displayed=\"true\">\\begin{align*}a&amp;=b\\\\c&amp;=d\\end{align*}</span>")]
    [InlineData("**bold** and `code`", "<strong>bold</strong> and <code>code</code>")]
    [InlineData("# Answer\n\n7", "<h4>Answer</h4>")]
    [InlineData("two\nlines", "two<br />\nlines")]
    [InlineData("| a | b |\n|---|---|\n| $1$ | 2 |", "<td><span class=\"tex\">1</span></td>")]
    [InlineData("it costs $5 and $10", "<p>it costs $5 and $10</p>")]
    [InlineData("a \\$5 note", "<p>a $5 note</p>")]
    [InlineData("`$x$`", "<code>$x$</code>")]
    [InlineData("```c++\nx\n```", "<code class=\"language-c++\">")]
    [InlineData("5 * 3 * 2", "<p>5 * 3 * 2</p>")]
    [InlineData("a \\cdot b", "<p>a \\cdot b</p>")]
    public void Formulas_and_markdown_are_read(string text, string html) => SaidText.Html(text).ShouldContain(html);

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[here](javascript:alert(1))")]
    [InlineData("![x](http://elsewhere.example/x.png)")]
    [InlineData("<http://elsewhere.example>")]
    [InlineData("[x]: http://elsewhere.example\n\n[x]")]
    [InlineData("&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("$</span><script>alert(1)</script>$")]
    [InlineData("`<img src=x>`")]
    [InlineData("~~~\n<script>\n~~~")]
    [InlineData("\uE0000\uE001 <b>\uE0009999\uE001")]
    [InlineData("<!-- --><style>*{display:none}</style>")]
    [InlineData("\\]`| $$>\\end{a}&#60;\n\nx<    ```>x<)$# \\]*\\)* []()*&lt;''# \\(<0\\]```| \\]\n_x>|-|")]
    [InlineData("``` )\\begin{a}```\\end{a})\nx\n```")]
    [InlineData("> ```x\" onclick=\"y\n> z\n> ```")]
    [InlineData("`a\n\n[here](http://elsewhere.example) <http://elsewhere.example>`")]
    public void Nothing_of_a_text_becomes_an_element_that_could_do_harm(string text) => Check(text);

    [Fact]
    public void Whatever_is_written_becomes_nothing_but_the_elements_of_texts()
    {
        var piece = Gen.Elements("<", ">", "\"", "'", "script", "img src=x onerror=y", "[", "](", "javascript:x", ")", "!", "$", "$$", "\\(", "\\)", "\\[", "\\]", "`", "```", "\n", "\n\n", "    ", "# ", "| ", "|-|", "&lt;", "&#60;", "\\", "\uE000", "\uE001", "0", "*", "_", "> ", "- ", "\\begin{a}", "\\end{a}", "x", " ");
        Prop.ForAll(piece.ListOf().Select(string.Concat).ToArbitrary(), text => Check(text)).QuickCheckThrowOnFailure();
    }

    /// <summary>Each would take time or depth without a bound. It is not timed: without the bounds it would not come to its end in the test's time.</summary>
    [Theory]
    [InlineData("> ", 50_000)]
    [InlineData("- ", 50_000)]
    [InlineData("[", 100_000)]
    [InlineData("*a_ ", 25_000)]
    [InlineData("$", 100_000)]
    [InlineData("\\(", 50_000)]
    [InlineData("\\begin{a}", 11_000)]
    [InlineData("`a``", 25_000)]
    [InlineData("$x$ ", 25_000)]
    [InlineData("<a ", 30_000)]
    [InlineData("| a ", 9_000)]
    [InlineData("a\n", 50_000)]
    public async Task A_text_of_a_hundred_thousand_characters_of_anything_is_shown(string piece, int times)
    {
        var text = string.Concat(Enumerable.Repeat(piece, times));
        var html = await Task.Run(() => SaidText.Html(text)).WaitAsync(TimeSpan.FromMinutes(1));
        Dangerous().IsMatch(html).ShouldBeFalse();
        html.Length.ShouldBeGreaterThan(Math.Min(text.Trim().Length, 1000));
    }

    private static void Check(string text)
    {
        var html = SaidText.Html(text);
        Dangerous().Matches(html).Select(m => m.Value).ShouldBeEmpty(text);
    }

    /// <summary>An element that texts do not consist of, or an attribute but those that are written here.</summary>
    [GeneratedRegex("<(?!/?(p|br ?/|strong|em|code|pre|h[456]|ul|ol|li|blockquote|table|thead|tbody|tr|th|td|hr ?/|span|del)[ >/])[a-z!/][^>]*>|<[a-z0-9]+ (?!class=\"(tex|as-written|plain|language-[^\"<>]*)\"|start=\"[0-9]+\"|/>)[^>]*>", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Dangerous();
}
