using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce distillation</c>: nested arithmetic with thought, learned by a larger model, by a smaller one alone, and by the smaller one from
/// the larger in every way that recipes have; the control goes on with the corpus instead. A chapter a seed; page, table and results are made of what
/// the runs recorded.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class DistillationStudy(DistillationPlan plan, string root, string command) : SeededStudy(root)
{
    public const string Name = "distillation", Block = "reproduce distillation";

    public override StudyClaim Claim => plan.Claim;

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default) =>
        Execute(plan, [.. plan.Seeds.Select(seed => new DistillationChapter(seed))], Write, threads, observer, cancellation);

    public override StudyFindings Findings()
    {
        var rows = DistillationRows.Read(Folder, plan.Seeds);
        var models = rows.Where(_ => !plan.Quick).Select(r => new { r.Model.Key, r.Model.Title, r.Tokens, r.Right, r.Difference });
        return new StudyFindings(DistillationReport.Docs(command, plan, rows), [DistillationReport.Table(plan, rows)], (report, results) => new { IsResult = !plan.Quick, Report = report, Results = results, Models = models })
        {
            QuickOutcome = DistillationReport.QuickOutcome(plan),
        };
    }

    private void Write(StudyProgress<DistillationPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<DistillationChapter>().Select(c => c.Seed)] };
        var rows = DistillationRows.Read(Folder, done.Seeds);
        WritePage(DistillationReport.Build(command, done, rows) with { ToCome = [.. progress.ToCome] });
        if (progress.Left.Count > 0) return;
        WriteTable(DistillationReport.Docs(command, plan, rows));
        WriteResults(new
        {
            FormatVersion = 1,
            IsResult = !plan.Quick,
            Command = command,
            DeliberateVersion = RunInfo.ProgramVersion,
            plan.Seeds,
            plan.Problems,
            // Of --quick there are no numbers: they would be taken for some.
            Models = rows.Where(_ => !plan.Quick).Select(r => new { r.Model.Key, r.Model.Title, StartsFrom = r.Model.From, r.Tokens, r.Right, BySeed = r.Seeds, DifferenceFromAlone = r.Difference }),
        });
    }
}
