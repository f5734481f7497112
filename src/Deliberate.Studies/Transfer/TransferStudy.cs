using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce transfer</c>: does reinforcement learning on some families carry over to those that it left out, and the more so the more families
/// there are? One base of all families a seed, and models from it that were rewarded on one, two, ... of them, each on as many samples. A chapter a
/// seed; page, table and results are made of what the models answered, problem by problem.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class TransferStudy(TransferPlan plan, string root, string command) : SeededStudy(root)
{
    public const string Name = "transfer", Block = "reproduce transfer";

    public override StudyClaim Claim => plan.Claim;

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default) =>
        Execute(plan, [.. plan.Seeds.Select(seed => new TransferChapter(seed))], Write, threads, observer, cancellation);

    public override StudyFindings Findings()
    {
        var rows = TransferRows.Read(Folder, plan);
        var leftOut = TransferReport.Curve(plan).Where(_ => !plan.Quick).Select(n => new { FamiliesRewarded = n, Right = rows.LeftOut(n), Far = rows.Far(n) });
        return new StudyFindings(TransferReport.Docs(command, rows), [TransferReport.Table(rows)], (report, results) => new { IsResult = !plan.Quick, Report = report, Results = results, LeftOut = leftOut })
        {
            QuickOutcome = TransferReport.QuickOutcome(plan),
        };
    }

    private void Write(StudyProgress<TransferPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<TransferChapter>().Select(c => c.Seed)] };
        if (done.Seeds.Count == 0) return;
        var rows = TransferRows.Read(Folder, done);
        WritePage(TransferReport.Build(command, rows) with { ToCome = [.. progress.ToCome] });
        WriteTable(TransferReport.Docs(command, rows));
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
            LeftOut = TransferReport.Curve(done).Where(_ => !plan.Quick).Select(count => new
            {
                FamiliesRewarded = count,
                Right = rows.LeftOut(count),
                EveryStepRight = rows.LeftOut(count, steps: true),
                DifferenceFromBase = count == 0 ? null : rows.Gain(count).Difference,
                DifferenceBySeed = count == 0 ? [] : rows.Gain(count).Seeds,
                ByFamily = done.Families.Select(f => new { Family = f.Name, Right = rows.LeftOut(count, f.Name) }),
                Far = rows.Far(count),
            }),
        });
    }
}
