using System.Text.Json;
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
internal sealed class TransferStudy(TransferPlan plan, string root, string command)
{
    public const string Name = "transfer", Block = "reproduce transfer", ResultsFile = "results.json", TableFile = "table.md";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n" };

    private readonly StudyFolder _folder = new(Path.GetFullPath(root));

    /// <summary>What it writes beside its seeds.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName, ResultsFile, TableFile];

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        TransferChapter[] seeds = [.. plan.Seeds.Select(seed => new TransferChapter(seed))];
        var work = new ChapterWork<TransferPlan>(plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<TransferPlan>(ChapterOrder.Of(seeds, seeds, plan), work, Write).Execute(cancellation);
    }

    /// <summary>Of the finished study.</summary>
    public TransferRows Rows() => TransferRows.Read(_folder, plan);

    private void Write(StudyProgress<TransferPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<TransferChapter>().Select(c => c.Seed)] };
        if (done.Seeds.Count == 0) return;
        var rows = TransferRows.Read(_folder, done);
        AtomicFile.WriteText(_folder.Path(RunReport.FileName), ReportPage.Render(TransferReport.Build(command, rows) with { ToCome = [.. progress.ToCome] }));
        AtomicFile.WriteText(_folder.Path(TableFile), TransferReport.Docs(command, rows));
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
            }, Options);
    }
}
