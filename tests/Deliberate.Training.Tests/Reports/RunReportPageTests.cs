using System.Diagnostics;
using System.Text.Json;
using System.Xml.Linq;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>The report of a real, tiny run: what it says is what the run's files say, and a browser shows it.</summary>
public sealed class RunReportPageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("report").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Says_what_the_runs_files_say_and_needs_nothing_else()
    {
        var run = FinishedRuns.Copy(TinyRun.Recipe(), Path.Combine(_folder, "run"));
        var page = RunReport.Write(Path.Combine(run, RunReport.FileName), "deliberate train tiny.yaml", run);
        var html = File.ReadAllText(page);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("src=\"http");
        html.ShouldNotContain("@import");
        html.ShouldContain("deliberate train tiny.yaml");
        html.ShouldContain("8 held-out problems");
        var final = EvaluationFile.Read(new RunFolder(run).Evaluation(RunFolder.Final)).Where(s => s.Attempt == 0).ToList();
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, RunReport.SummaryFile)));
        var last = summary.RootElement.GetProperty("runs")[0].GetProperty("evaluations").EnumerateArray().Last();
        last.GetProperty("name").GetString().ShouldBe(RunFolder.Final);
        last.GetProperty("count").GetInt32().ShouldBe(final.Count);
        last.GetProperty("accuracy").GetProperty("value").GetDouble().ShouldBe(final.Average(s => s.IsRight ? 1.0 : 0), 1e-12);
        XDocument.Load(Path.Combine(run, RunReport.PictureFile)).Root!.Name.LocalName.ShouldBe("svg");
    }

    [Fact]
    public void A_folder_that_is_no_run_is_refused_by_name() =>
        Should.Throw<UserError>(() => RunReport.Write(Path.Combine(_folder, "r.html"), "x", _folder)).Message.ShouldContain(_folder);

    [Theory]
    [InlineData(1280)]
    [InlineData(375)]
    public async Task A_browser_shows_it_without_scrolling_sideways(int width)
    {
        var browser = new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "Chromium is not installed: scripts/install-test-tools.sh installs it.");
        var run = FinishedRuns.Copy(TinyRun.Recipe(), Path.Combine(_folder, "run"));
        var page = RunReport.Write(Path.Combine(run, RunReport.FileName), "deliberate train tiny.yaml", run);
        // The page itself has no script; this frame measures it from outside.
        var frame = Path.Combine(run, "frame.html");
        File.WriteAllText(frame, $"<iframe id=f src=report.html style='width:{width}px;height:900px;border:0'></iframe><p id=out></p><script>f.onload=()=>{{const d=f.contentDocument.documentElement;out.textContent='wide '+d.scrollWidth+' charts '+f.contentDocument.querySelectorAll('svg').length}}</script>");
        var start = new ProcessStartInfo(browser!)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--allow-file-access-from-files", "--virtual-time-budget=4000", $"--user-data-dir={Path.Combine(_folder, "profile")}", "--dump-dom", new Uri(page).AbsoluteUri.Replace("report.html", "frame.html", StringComparison.Ordinal) },
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var dom = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        var measured = System.Text.RegularExpressions.Regex.Match(dom, "wide (?<wide>[0-9]+) charts (?<charts>[0-9]+)", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        measured.Success.ShouldBeTrue(dom.Length > 600 ? dom[^600..] : dom + await errors);
        int.Parse(measured.Groups["wide"].Value).ShouldBeLessThanOrEqualTo(width);
        int.Parse(measured.Groups["charts"].Value).ShouldBeGreaterThan(5);
    }
}
