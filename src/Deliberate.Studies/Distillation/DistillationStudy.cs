using System.Text.Json;
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
internal sealed class DistillationStudy(DistillationPlan plan, string root, string command)
{
    public const string Name = "distillation", Block = "reproduce distillation", ResultsFile = "results.json", TableFile = "table.md";

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly StudyFolder _folder = new(root);

    /// <summary>What it writes beside its runs.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName, ResultsFile, TableFile];

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        DistillationChapter[] seeds = [.. plan.Seeds.Select(seed => new DistillationChapter(seed))];
        var work = new ChapterWork<DistillationPlan>(plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<DistillationPlan>(ChapterOrder.Of(seeds, seeds, plan), work, Write).Execute(cancellation);
    }

    /// <summary>Of the finished study.</summary>
    public IReadOnlyList<DistillationRow> Rows() => DistillationRows.Read(_folder, plan.Seeds);

    private void Write(StudyProgress<DistillationPlan> progress)
    {
        var done = plan with { Seeds = [.. progress.Done.Cast<DistillationChapter>().Select(c => c.Seed)] };
        var rows = DistillationRows.Read(_folder, done.Seeds);
        AtomicFile.WriteText(_folder.Path(RunReport.FileName), ReportPage.Render(DistillationReport.Build(command, done, rows) with { ToCome = [.. progress.ToCome] }));
        if (progress.Left.Count > 0) return;
        AtomicFile.WriteText(_folder.Path(TableFile), DistillationReport.Docs(command, plan, rows));
        AtomicFile.WriteJson(
            _folder.Path(ResultsFile),
            new
            {
                FormatVersion = 1,
                IsResult = !plan.Quick,
                Command = command,
                DeliberateVersion = RunInfo.ProgramVersion,
                plan.Seeds,
                plan.Problems,
                // Of --quick there are no numbers: they would be taken for some.
                Models = rows.Where(_ => !plan.Quick).Select(r => new { r.Model.Key, r.Model.Title, StartsFrom = r.Model.From, r.Tokens, r.Right, BySeed = r.Seeds, DifferenceFromAlone = r.Difference }),
            }, Options);
    }
}
