using System.Net;

namespace Deliberate.Cli.Tests;

/// <summary>The command that a page says makes it again: it is one that the program takes, from the folder that it was made in.</summary>
public sealed class PageCommandTests(FinishedRun run) : IClassFixture<FinishedRun>
{
    [Fact]
    public void Of_a_trained_run_it_trains_the_recipe_again()
    {
        var words = Command("runs/tiny/report.html");
        words[..3].ShouldBe(["deliberate", "train", "runs/tiny/recipe.yaml"]);
        CliProcess.Run(run.Root, [.. words[1..], "--dry-run"]).ShouldSucceed().Output.ShouldContain("Nothing was trained");
        CliProcess.Run(run.Root, words[1..]).ShouldSucceed();
        foreach (var file in new[] { "facts.json", "metrics.jsonl", "evaluations/final.jsonl" })
            File.ReadAllBytes(Path.Combine(run.Root, "runs/tiny-again", file)).ShouldBe(File.ReadAllBytes(Path.Combine(run.Root, "runs/tiny", file)), file);
    }

    [Fact]
    public void Of_a_report_it_makes_the_same_page()
    {
        CliProcess.Run(run.Root, "report", "runs/tiny", "--output", "page.html").ShouldSucceed();
        var page = File.ReadAllBytes(Path.Combine(run.Root, "page.html"));
        var words = Command("page.html");
        File.Delete(Path.Combine(run.Root, "page.html"));
        CliProcess.Run(run.Root, words[1..]).ShouldSucceed();
        File.ReadAllBytes(Path.Combine(run.Root, "page.html")).ShouldBe(page);
    }

    private string[] Command(string page)
    {
        const string Before = "<pre class=\"command\"><code>";
        var html = File.ReadAllText(Path.Combine(run.Root, page));
        var at = html.IndexOf(Before, StringComparison.Ordinal) + Before.Length;
        return WebUtility.HtmlDecode(html[at..html.IndexOf("</code>", at, StringComparison.Ordinal)]).Split(' ');
    }
}
