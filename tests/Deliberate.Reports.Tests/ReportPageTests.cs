using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Deliberate.Core;

namespace Deliberate.Reports.Tests;

public sealed partial class ReportPageTests
{
    private static readonly string Page = ReportPage.Render(SampleReport.Build());

    [Fact]
    public void A_page_is_well_formed_XML_and_written_to_a_file_reads_back()
    {
        var folder = Environment.GetEnvironmentVariable("DELIBERATE_REPORT_SAMPLE") ?? Directory.CreateTempSubdirectory("deliberate-report-").FullName;
        var file = Path.Combine(folder, "report.html");
        File.WriteAllText(file, Page);
        var page = Parse(File.ReadAllText(file));
        var charts = page.Descendants().Count(element => element.Name.LocalName == "svg");
        TestContext.Current.TestOutputHelper?.WriteLine($"{Page.Length} characters, {charts} charts, {file}");
        charts.ShouldBe(2 * 9 + 6);
        if (Environment.GetEnvironmentVariable("DELIBERATE_REPORT_SAMPLE") is null) Directory.Delete(folder, recursive: true);
        else File.WriteAllText(Path.Combine(folder, "picture.svg"), StandaloneSvg.Render(SampleReport.Build().Chapters[1].Figures[1].Panels[0]));
    }

    [Fact]
    public void A_page_loads_nothing_and_runs_nothing()
    {
        var page = Parse(Page);
        page.Descendants().ShouldNotContain(element => element.Name.LocalName == "script" || element.Name.LocalName == "iframe" || element.Name.LocalName == "img");
        foreach (var attribute in page.Descendants().Attributes().Where(one => !one.IsNamespaceDeclaration))
        {
            attribute.Name.LocalName.ShouldNotStartWith("on");
            if (attribute.Name.LocalName is "href" or "src") attribute.Value.ShouldMatch("^(#|data:,$)");
        }

        Style().ShouldNotContain("url(");
        Style().ShouldNotContain("@import");
    }

    [Fact]
    public void Hostile_text_is_shown_and_does_nothing()
    {
        var shown = string.Concat(Parse(Page).Descendants().Where(element => element.Name.LocalName == "article").Select(element => element.Value));
        shown.ShouldContain("<script>alert('x')</script> & \"quoted\"");
        Page.ShouldContain("&lt;script&gt;");
        foreach (var c in Page) (char.IsControl(c) && c != '\n').ShouldBeFalse();
        Page.ShouldNotContain('\u202E');
        Page.ShouldNotContain('\uFFFF');
        Page.ShouldContain("evil\uFFFD end");
    }

    [Fact]
    public void Long_thoughts_fold_and_endless_ones_are_cut()
    {
        Page.ShouldContain("<summary>488 more steps, 98 wrong</summary>");
        Page.ShouldContain("100 further steps left out.");
        Page.ShouldContain("more characters]");
        Page.ShouldNotContain(new string('x', 601));
    }

    [Fact]
    public void Both_themes_and_paper_define_every_colour_that_is_used()
    {
        var style = Style();
        var light = Defined(style[..style.IndexOf("@media", StringComparison.Ordinal)]);
        var dark = Defined(style[style.IndexOf("prefers-color-scheme:dark", StringComparison.Ordinal)..style.IndexOf("@media print", StringComparison.Ordinal)]);
        var used = UsedVariable().Matches(style).Select(match => match.Groups[1].Value).Where(name => name != "--tone").ToHashSet();
        TestContext.Current.TestOutputHelper?.WriteLine($"{used.Count} colours");
        used.Count.ShouldBeGreaterThan(15);
        used.ShouldBeSubsetOf(light);
        dark.Order().ShouldBe(light.Order());
        foreach (var chart in Parse(Page).Descendants().Where(element => element.Name.LocalName == "svg"))
            chart.ToString().ShouldNotMatch("#[0-9a-fA-F]{3,6}\\b");
    }

    [Fact]
    public void Every_figure_names_its_n_and_how_it_was_made()
    {
        foreach (var caption in Parse(Page).Descendants().Where(element => element.Name.LocalName == "figcaption"))
        {
            caption.Value.ShouldContain("n: ");
            caption.Value.ShouldContain("Made by: ");
        }
    }

    [Fact]
    public void Each_step_carries_its_mark_in_words_and_the_reason_where_it_is_wrong()
    {
        Page.ShouldContain("<span class=\"spoken\">Wrong: </span><span class=\"said\"><code>(13-5)+(8-6)</code> <span class=\"reason\">7*2 is 14</span>");
        Page.ShouldContain("no answer <span class=\"reason\">no answer found: the thought never closed</span>");
    }

    [Fact]
    public void The_same_model_gives_the_same_page() => ReportPage.Render(SampleReport.Build()).ShouldBe(Page);

    [Fact]
    public void A_page_that_is_not_whole_says_what_runs_and_what_comes()
    {
        var page = ReportPage.Render(SampleReport.Build() with { ToCome = ["`search`: votes & <trees>, about 2 min", "`gate`: about 10 s"] });
        Parse(page).Descendants().Single(e => e.Attribute("class")?.Value == "to-come").Descendants().Count(e => e.Name.LocalName == "li").ShouldBe(2);
        page.ShouldContain("<li><code>search</code>: votes &amp; &lt;trees&gt;, about 2 min</li>");
        page.ShouldContain("The first of these is what runs now.");
        Page.ShouldNotContain("to-come\"");
    }

    [Fact]
    public void An_empty_report_is_still_a_page()
    {
        var page = ReportPage.Render(new ReportModel { Title = "", Provenance = new Provenance("", [0], []) });
        Parse(page).Root!.Name.LocalName.ShouldBe("html");
    }

    private static string Style() => Parse(Page).Descendants().Single(element => element.Name.LocalName == "style").Value;

    private static HashSet<string> Defined(string css) => [.. DefinedVariable().Matches(css).Select(match => match.Groups[1].Value)];

    private static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    [GeneratedRegex(@"var\((--[a-z0-9-]+)\)")]
    private static partial Regex UsedVariable();

    [GeneratedRegex(@"(--[a-z0-9-]+):#")]
    private static partial Regex DefinedVariable();
}
