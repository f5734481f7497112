using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training.Tests;

/// <summary>The report of run folders: what it says is what the evaluation files hold.</summary>
public sealed class RunReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_quickstart_s_report_is_a_page_with_its_numbers_and_picture_beside_it()
    {
        var kept = Environment.GetEnvironmentVariable("DELIBERATE_REPORT_SAMPLE");
        var path = RunReport.Write(Path.Combine(kept ?? _folder.File("."), "runs.html"), "deliberate quickstart", ReportRuns.Quickstart(_folder.File("runs")));
        var page = Parse(File.ReadAllText(path));
        var captions = page.Descendants().Where(e => e.Name.LocalName == "figcaption").Select(e => e.Value).ToArray();
        Console.WriteLine($"{captions.Length} figures, {new FileInfo(path).Length} bytes");
        captions.Length.ShouldBe(1 + 5 + 5 + 3);
        foreach (var caption in captions)
        {
            caption.ShouldContain("n: ");
            caption.ShouldMatch("temperature 1\\b");
            caption.ShouldMatch("test split|training split");
        }

        page.Descendants().Count(e => e.Name.LocalName == "article").ShouldBeGreaterThan(4);
        page.Root!.Value.ShouldContain("stands for a pretraining corpus");
        Parse(File.ReadAllText(RunReport.Beside(path, RunReport.PictureFile))).Descendants().Count(e => e.Name.LocalName == "svg").ShouldBe(1 + 4);
        using var summary = JsonDocument.Parse(File.ReadAllText(RunReport.Beside(path, RunReport.SummaryFile)));
        summary.RootElement.GetProperty("runs").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public void A_page_of_another_name_leaves_the_numbers_and_the_picture_of_the_report_beside_it()
    {
        var runs = ReportRuns.Quickstart(_folder.File("runs"));
        RunReport.Write(_folder.File("report.html"), "", runs[0]);
        var (summary, picture) = (File.ReadAllText(_folder.File("summary.json")), File.ReadAllText(_folder.File("learning.svg")));
        RunReport.Write(_folder.File("compared.html"), "", runs);
        File.ReadAllText(_folder.File("summary.json")).ShouldBe(summary);
        File.ReadAllText(_folder.File("learning.svg")).ShouldBe(picture);
        using var compared = JsonDocument.Parse(File.ReadAllText(_folder.File("compared.summary.json")));
        compared.RootElement.GetProperty("runs").GetArrayLength().ShouldBe(3);
        Parse(File.ReadAllText(_folder.File("compared.learning.svg")));
    }

    [Fact]
    public void The_summary_s_numbers_are_counts_of_the_samples()
    {
        var runs = ReportRuns.Quickstart(_folder.File("runs"));
        RunReport.Write(_folder.File("report.html"), "", runs);
        using var summary = JsonDocument.Parse(File.ReadAllText(_folder.File(RunReport.SummaryFile)));
        var compared = 0;
        foreach (var run in summary.RootElement.GetProperty("runs").EnumerateArray())
        {
            var paths = new RunFolder(runs.Single(r => Path.GetFileName(r) == run.GetProperty("name").GetString()));
            foreach (var evaluation in run.GetProperty("evaluations").EnumerateArray())
            {
                var samples = EvaluationFile.Read(paths.Evaluation(evaluation.GetProperty("name").GetString()!)).Where(s => s.Attempt == 0).ToArray();
                evaluation.GetProperty("count").GetInt32().ShouldBe(samples.Length);
                ShouldBeShare(evaluation.GetProperty("accuracy"), samples.Count(s => s.IsRight), samples.Length);
                ShouldBeShare(evaluation.GetProperty("all_steps_right"), samples.Count(s => s.AllStepsRight), samples.Length);
                foreach (var budget in evaluation.GetProperty("budgets").EnumerateArray())
                {
                    var most = budget.GetProperty("budget").GetInt32();
                    ShouldBeShare(budget.GetProperty("accuracy"), samples.Count(s => s.IsRight && s.CompletionTokens + 1 <= most), samples.Length);
                    compared++;
                }

                var right = samples.Where(s => s.IsRight).Select(s => (double)s.CompletionTokens).ToArray();
                if (right.Length > 0) evaluation.GetProperty("completion_length_right").GetProperty("value").GetDouble().ShouldBe(right.Average(), 1e-9);
            }
        }

        Console.WriteLine($"{compared} budgets");
        compared.ShouldBe(3 * 5 * 4);
    }

    [Fact]
    public void Samples_drawn_for_votes_give_pass_and_majority_and_nothing_else()
    {
        var run = RunEvidence.Read(ReportRuns.Write(_folder.File("arithmetic"), "arithmetic", thinks: true, 0.3, 0.8));
        var votes = SampleVotes.Of(run.Final!, 1);
        var several = run.Final!.Where(s => s.Problem.Index < ReportRuns.VoteProblems).ToArray();
        votes.Select(v => v.K).ShouldBe([1, 2, 4, 8]);
        votes[0].Pass.Value.ShouldBe(several.Average(SampleMeasure.Accuracy.Value), 1e-12);
        votes[0].Majority.Value.ShouldBe(votes[0].Pass.Value, 1e-12);
        votes[^1].Pass.Value.ShouldBe(several.GroupBy(s => s.Problem.Index).Average(g => g.Max(SampleMeasure.Accuracy.Value)), 1e-12);
        for (var i = 1; i < votes.Count; i++) votes[i].Pass.Value.ShouldBeGreaterThanOrEqualTo(votes[i - 1].Pass.Value);
        run.First(run.Final!).Count.ShouldBe(ReportRuns.Problems);
    }

    [Fact]
    public void Changes_are_paired_by_problem()
    {
        var run = RunEvidence.Read(ReportRuns.Write(_folder.File("arithmetic"), "arithmetic", thinks: true, 0.3, 0.8));
        var (before, after) = (run.First(run.Base!), run.First(run.Final!));
        var change = SampleMeasure.Accuracy.Change(before, after);
        change.Value.ShouldBe(after.Average(SampleMeasure.Accuracy.Value) - before.Average(SampleMeasure.Accuracy.Value), 1e-12);
        change.HasInterval.ShouldBeTrue();
        SampleMeasure.CompletionLength.Change(before, before).Value.ShouldBe(0);
        var ratio = SampleMeasure.Accuracy.Times(before, after, 1);
        ratio.Value.ShouldBe(after.Average(SampleMeasure.Accuracy.Value) / before.Average(SampleMeasure.Accuracy.Value), 1e-12);
        ratio.Value.ShouldBeInRange(ratio.Low, ratio.High);
        double.IsNaN(SampleMeasure.Accuracy.Change(before, []).Value).ShouldBeTrue();
    }

    [Theory]
    [InlineData(0.97, false)]
    [InlineData(0.32, true)]
    public void Aims_that_were_missed_are_said(double after, bool misses)
    {
        var report = RunReport.Build(ReportRuns.Quickstart(_folder.File("runs"), after));
        var lead = string.Join(" ", report.Lead);
        lead.Contains("missed: ", StringComparison.Ordinal).ShouldBe(misses, lead);
        var rows = report.Chapters[0].Tables.Single().Rows;
        rows.Count.ShouldBe(6);
        rows.Any(row => row[1].Text == "missed").ShouldBe(misses);
        // What is not told apart is shown by nothing, and said.
        report.Shows.ShouldNotContain(s => s.Contains("no difference that", StringComparison.Ordinal));
        report.DoesNotShow.Any(s => s.Contains("of the answers are right", StringComparison.Ordinal) && s.Contains("no difference that this run could show: ", StringComparison.Ordinal)).ShouldBe(misses);
    }

    [Fact]
    public void A_control_with_another_budget_is_said_to_have_one()
    {
        var runs = ReportRuns.Quickstart(_folder.File("runs"));
        RunReport.Build(runs).Chapters[1].Prose[^1].ShouldContain("the same number of corpus tokens");
        var (files, facts) = (new RunFolder(runs[1]), RunFacts.Read(new RunFolder(runs[1]))!);
        (facts with { Reinforcement = facts.Reinforcement! with { Steps = 20 } }).Write(files.Facts);
        RunReport.Build(runs).Chapters[1].Prose[^1].ShouldContain("20 instead of 40 RL steps");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void An_unfinished_run_has_a_report_too(int evaluations)
    {
        var run = ReportRuns.Write(_folder.File("arithmetic"), "arithmetic", thinks: true, 0.3, 0.8, evaluations);
        RunReport.Write(_folder.File("report.html"), "", run);
        Parse(File.ReadAllText(_folder.File("report.html"))).Root!.Value.ShouldContain("The run is not finished");
        File.Exists(_folder.File(RunReport.PictureFile)).ShouldBe(evaluations > 1);
    }

    [Fact]
    public void Transcripts_follow_their_rule()
    {
        var run = RunEvidence.Read(ReportRuns.Write(_folder.File("countdown"), "countdown", thinks: true, 0.3, 0.8));
        var pairs = TranscriptChoice.Choose(run.Base!, run.Final!, LearningWords.Reinforcement);
        var problems = run.First(run.Final!).Where(s => s.IsRight is false).ToArray();
        pairs.Take(2).ShouldAllBe(p => !p.Before.IsRight && p.After.IsRight);
        pairs[^1].After.IsRight.ShouldBeFalse();
        pairs[^1].Problem.ShouldBe(problems[0].Problem.Prompt);
        pairs.SelectMany(p => p.Before.Steps).ShouldContain(s => s.Mark == StepMark.Right);
    }

    [Fact]
    public void The_same_folders_give_the_same_page()
    {
        var runs = ReportRuns.Quickstart(_folder.File("runs"));
        ReportPage.Render(RunReport.Build(runs)).ShouldBe(ReportPage.Render(RunReport.Build(runs)));
    }

    [Fact]
    public void A_folder_without_a_run_is_named() =>
        Should.Throw<UserError>(() => RunReport.Build(_folder.File("nothing"))).Message.ShouldContain("nothing");

    [Fact]
    public void A_real_run_has_a_report()
    {
        var run = FinishedRuns.Copy(TinyRun.Recipe(), _folder.File("tiny"));
        RunReport.Write(Path.Combine(run, "report.html"), "deliberate train tiny.yaml", run);
        var page = Parse(File.ReadAllText(Path.Combine(run, "report.html"))).Root!.Value;
        page.ShouldContain("Groups of zero standard deviation");
        page.ShouldContain("8 held-out problems (test split, level 3)");
        // Every curve's metric is explained below it, as the list has it.
        foreach (var metric in new[] { SampleMetrics.Reinforcement.ZeroDeviation, SampleMetrics.Reinforcement.Truncated, OptimizerMetrics.Supervised.Loss })
            foreach (var said in new[] { metric.Name, metric.Unit.Name, metric.Meaning }) page.ShouldContain(said);
    }

    private static void ShouldBeShare(JsonElement measured, int right, int count)
    {
        var wilson = new Proportion(right, count).Wilson();
        measured.GetProperty("value").GetDouble().ShouldBe((double)right / count, 1e-12);
        measured.GetProperty("n").GetInt32().ShouldBe(count);
        measured.GetProperty("high").GetDouble().ShouldBe(wilson.High, 0.01);
        if (measured.GetProperty("method").GetString() == "wilson") measured.GetProperty("low").GetDouble().ShouldBe(wilson.Low, 1e-12);
        else measured.GetProperty("method").GetString().ShouldBe("modified_wilson");
    }

    private static XDocument Parse(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }
}
