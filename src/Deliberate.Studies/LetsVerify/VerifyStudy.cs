using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce lets-verify</c>: "Let's Verify Step by Step" (arXiv 2305.20050) at a size that a machine of two cores does in minutes. A chapter a
/// seed; page, tables and results are made of what choosing came to, problem by problem.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class VerifyStudy(VerifyPlan plan, string root, string command)
{
    public const string Name = "lets-verify", Block = "reproduce lets-verify", ResultsFile = "results.json", TableFile = "table.md";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StudyFolder _folder = new(Path.GetFullPath(root));

    /// <summary>What it writes beside its seeds.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName, ResultsFile, TableFile];

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        VerifyChapter[] seeds = [.. plan.Seeds.Select(seed => new VerifyChapter(seed))];
        var work = new ChapterWork<VerifyPlan>(plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<VerifyPlan>(ChapterOrder.Of(seeds, seeds, plan), work, Write).Execute(cancellation);
    }

    /// <summary>Of the finished study.</summary>
    public VerifyRows Rows() => VerifyRows.Read(_folder, plan);

    private void Write(StudyProgress<VerifyPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<VerifyChapter>().Select(c => c.Seed)] };
        if (done.Seeds.Count == 0) return;
        var rows = VerifyRows.Read(_folder, done);
        AtomicFile.WriteText(_folder.Path(RunReport.FileName), ReportPage.Render(VerifyReport.Build(command, rows) with { ToCome = [.. progress.ToCome] }));
        AtomicFile.WriteText(_folder.Path(TableFile), VerifyReport.Docs(command, rows));
        string[] names = [VerifyFolder.Majority, VerifyFolder.Vote, VerifyFolder.LabelFree, VerifyFolder.Exact, .. done.Arms.Where(a => a.IsMeasured).Select(a => a.Key)];
        AtomicFile.WriteJson(
            _folder.Path(ResultsFile),
            new
            {
                FormatVersion = 1,
                IsResult = !plan.Quick,
                Command = command,
                DeliberateVersion = RunInfo.ProgramVersion,
                done.Seeds,
                done.Problems,
                done.Samples,
                // Of --quick there are no numbers: they would be taken for some.
                Choices = names.Where(_ => !plan.Quick).SelectMany(name => done.Ladder.Select(n => new { Name = name, N = n, Right = rows.Right(name, n), EveryStepRight = rows.StepsRight(name, n) })),
                SlopeRatio = plan.Quick ? null : rows.SlopeRatio,
            }, Options);
    }
}
