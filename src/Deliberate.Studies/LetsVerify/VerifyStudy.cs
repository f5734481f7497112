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
internal sealed class VerifyStudy(VerifyPlan plan, string root, string command) : SeededStudy(root)
{
    public const string Name = "lets-verify", Block = "reproduce lets-verify";

    public override StudyClaim Claim => plan.Claim;

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default) =>
        Execute(plan, [.. plan.Seeds.Select(seed => new VerifyChapter(seed))], Write, threads, observer, cancellation);

    public override StudyFindings Findings()
    {
        var rows = VerifyRows.Read(Folder, plan);
        return new StudyFindings(VerifyReport.Docs(command, rows), [VerifyReport.Table(rows)], (report, results) => new { IsResult = !plan.Quick, Report = report, Results = results });
    }

    private void Write(StudyProgress<VerifyPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<VerifyChapter>().Select(c => c.Seed)] };
        if (done.Seeds.Count == 0) return;
        var rows = VerifyRows.Read(Folder, done);
        WritePage(VerifyReport.Build(command, rows) with { ToCome = [.. progress.ToCome] });
        WriteTable(VerifyReport.Docs(command, rows));
        string[] names = [VerifyFolder.Majority, VerifyFolder.Vote, VerifyFolder.LabelFree, VerifyFolder.Exact, .. done.Arms.Where(a => a.IsMeasured).Select(a => a.Key)];
        WriteResults(new
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
        });
    }
}
