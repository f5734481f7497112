using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce deliberation</c>: PolicyWorld's base is aligned to its specification by deliberation, beside what that is meant to beat and what
/// shows which stage did what. A chapter a seed; page, tables and results are made of what the runs and evaluations recorded.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class DeliberationStudy(DeliberationPlan plan, string root, string command) : SeededStudy(root)
{
    public const string Name = "deliberation", Block = "reproduce deliberation";

    public override StudyClaim Claim => plan.Claim;

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default) =>
        Execute(plan, [.. plan.Seeds.Select(seed => new DeliberationChapter(seed))], Write, threads, observer, cancellation);

    public override StudyFindings Findings()
    {
        var rows = Rows(plan.Seeds);
        var cells = rows.Cells.Select(c => new { Model = c.Model.Key, c.Task, c.Metric, c.Slice, c.Value, c.OursLess });
        ReportTable[] tables = [DeliberationReport.Table(rows, plan, WorldScoring.NotUnsafe, "Not unsafe"), DeliberationReport.Table(rows, plan, WorldScoring.NotOverRefuse, "Complied with, of allowed requests")];
        return new StudyFindings(DeliberationReport.Docs(command, plan, rows), tables, (report, results) => new { IsResult = !plan.Quick, Report = report, Results = results, Cells = cells });
    }

    /// <summary>Of the seeds that are done.</summary>
    public DeliberationRows Rows(IReadOnlyList<ulong> seeds) => DeliberationRows.Read(Folder, seeds, seeds.ToDictionary(s => s, Errors));

    private JudgeErrors Errors(ulong seed)
    {
        var folder = new DeliberationFolder(Folder, seed);
        var prompts = AlignmentPrompt.Read([Path.Combine(folder.World, WorldFiles.Prompts)], ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!, _ => { });
        return JudgeErrors.Of(folder.Trial(DeliberationModel.Ours, DeliberationPlan.Rates[0]), prompts);
    }

    private void Write(StudyProgress<DeliberationPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<DeliberationChapter>().Select(c => c.Seed)] };
        if (done.Seeds.Count == 0) return;
        var rows = Rows(done.Seeds);
        var transcripts = DeliberationReport.Transcripts(Folder, done.Seeds[0]);
        WritePage(DeliberationReport.Build(command, done, rows, transcripts) with { ToCome = [.. progress.ToCome] });
        WriteTable(DeliberationReport.Docs(command, done, rows));
        WriteResults(new
        {
            FormatVersion = 1,
            IsResult = !plan.Quick,
            Command = command,
            DeliberateVersion = RunInfo.ProgramVersion,
            done.Seeds,
            plan.Items,
            Specification = ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!.Hash,
            SkillsKept = rows.Kept,
            Budgets = rows.Budgets.Select(b => new { b.Budget, b.Task, b.Metric, b.Value }),
            Monitored = rows.Monitored.Select(m => new { Model = m.Model.Key, m.Report }),
            Judges = rows.Seeds.Select(s => new { s.Seed, s.Judge, s.Trials }),
            Cells = rows.Cells.Select(c => new { Model = c.Model.Key, c.Task, c.Metric, c.Slice, c.Value, c.Missing, BySeed = c.Seeds.Select(s => double.IsFinite(s) ? s : (double?)null), c.OursLess }),
        });
    }
}
