using System.Text.RegularExpressions;
using Deliberate.Core;
using Markdig;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace Deliberate.Server;

/// <summary>
/// A problem's or a solution's text as HTML: Markdown without HTML, links or pictures, formulas as elements that the page sets. It is
/// untrusted: whatever a model writes comes out as text. What is too long or too deep for Markdown is shown as it was written.
/// </summary>
internal static partial class SaidText
{
    /// <summary>Of one text.</summary>
    public const int LongestMarkdown = 40_000;

    /// <summary>Under the pages' own headings.</summary>
    private const int LeastHeading = 4;

    private static readonly MarkdownPipeline Pipeline = Build();

    public static string Html(string text)
    {
        text = text.ReplaceLineEndings("\n");
        var math = MathText.Take(text);
        if (math.Marked.Length > LongestMarkdown) return Plain(text);
        try
        {
            var document = Markdown.Parse(math.Marked, Pipeline);
            foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(6, heading.Level + LeastHeading - 1);
            // What stands behind the marks of a block of code goes into an attribute, where no formula may be put back.
            foreach (var code in document.Descendants<FencedCodeBlock>()) code.TryGetAttributes()?.Classes?.RemoveAll(name => !Language().IsMatch(name));
            return math.Return(document.ToHtml(Pipeline));
        }
        catch (ArgumentException)
        {
            // Elements within elements without an end.
            return Plain(text);
        }
    }

    [GeneratedRegex(@"^language-[A-Za-z0-9+#._-]{1,40}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Language();

    private static string Plain(string text) => $"<pre class=\"plain\">{SafeText.Escape(text, int.MaxValue)}</pre>";

    private static MarkdownPipeline Build()
    {
        var builder = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseSoftlineBreakAsHardlineBreak();
        // Lines that happen to be indented are no code.
        builder.BlockParsers.TryRemove<IndentedCodeBlockParser>();
        // MathText escapes brackets but leaves code as it is, and what it takes for code may be none to Markdown.
        builder.InlineParsers.TryRemove<LinkInlineParser>();
        builder.InlineParsers.TryRemove<AutolinkInlineParser>();
        return builder.Build();
    }
}
