using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// The whole way in some minutes, in chapters, and one page of them. Started again in its folder, it goes on where it was stopped;
/// asked for further chapters, it adds them.
/// </summary>
internal sealed class QuickstartStudy
{
    public const string UsualFolder = "runs/quickstart";

    private readonly QuickstartPlan _plan;
    private readonly StudyFolder _folder;
    private readonly string? _names;
    private readonly IReadOnlyList<Chapter<QuickstartPlan>> _chapters;

    private QuickstartStudy(QuickstartPlan plan, StudyFolder folder, string? names, IReadOnlyList<Chapter<QuickstartPlan>> chapters) =>
        (_plan, _folder, _names, _chapters) = (plan, folder, names, chapters);

    /// <summary>Takes the folder, new or where an earlier quickstart asked the same; checks all that can be checked before it is touched.</summary>
    /// <param name="plan">What is asked.</param>
    /// <param name="root">Where the runs and the report go.</param>
    /// <param name="names">The chapters, as <see cref="ChapterNames"/> reads them; null for the usual ones.</param>
    /// <param name="fresh">Whether to delete what an earlier quickstart made in the folder.</param>
    /// <param name="known">All chapters that there are; those of the list if left out.</param>
    /// <exception cref="UserError">There is no such chapter, an override is not one of a recipe's keys, or the folder holds something else.</exception>
    public static QuickstartStudy Open(QuickstartPlan plan, string root, string? names = null, bool fresh = false, IReadOnlyList<Chapter<QuickstartPlan>>? known = null)
    {
        known ??= QuickstartChapters.All;
        var (folder, chosen) = (new StudyFolder(root), ChapterNames.Chosen(known, names));
        var asked = ChapterOrder.Of(known, chosen, plan);
        foreach (var chapter in asked) chapter.Check(plan);
        // Overrides are of recipes, and are read where no chapter has one too: the folder's record keeps them.
        if (!asked.OfType<TrainingChapter>().Any()) known.OfType<TrainingChapter>().FirstOrDefault()?.Check(plan);
        if (fresh) QuickstartRecord.Clear(folder, known);
        QuickstartRecord.Claim(root, plan);
        // What is there already stays on the page.
        return new QuickstartStudy(plan, folder, names, ChapterOrder.Of(known, known.Where(c => chosen.Contains(c) || folder.Took(c) is not null), plan));
    }

    public string Report => _folder.Path(RunReport.FileName);

    /// <summary>The folders of its runs, of finished chapters, in their order.</summary>
    public IReadOnlyList<string> Runs => RunsOf(_chapters.Where(c => _folder.Took(c) is not null));

    /// <summary>The command that makes it, to run again or go on.</summary>
    public string CommandLine => Command(_plan, _folder, _names);

    /// <summary>The command that makes chapters of a quickstart in its folder.</summary>
    /// <param name="plan">What was asked.</param>
    /// <param name="folder">The quickstart's.</param>
    /// <param name="names">As <see cref="ChapterNames"/> reads them; null for the usual ones.</param>
    internal static string Command(QuickstartPlan plan, StudyFolder folder, string? names)
    {
        var line = "deliberate quickstart";
        if (plan.Minutes != QuickstartPlan.UsualMinutes) line += string.Create(CultureInfo.InvariantCulture, $" --minutes {plan.Minutes}");
        if (plan.Seed != QuickstartPlan.UsualSeed) line += string.Create(CultureInfo.InvariantCulture, $" --seed {plan.Seed}");
        if (names is not null) line += $" --chapters {ShellCommand.Word(names)}";
        foreach (var one in plan.Overrides) line += $" --set {ShellCommand.Word(one)}";
        return folder.Root == UsualFolder ? line : $"{line} --output {ShellCommand.Word(folder.Root)}";
    }

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        var work = new ChapterWork<QuickstartPlan>(_plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<QuickstartPlan>(_chapters, work, progress => Write(work, progress)).Execute(cancellation);
    }

    private void Write(ChapterWork<QuickstartPlan> work, StudyProgress<QuickstartPlan> progress)
    {
        var (runs, more) = (RunsOf(progress.Done), new ReportAdditions([.. progress.Done.SelectMany(c => c.Report(work))], [.. progress.ToCome]));
        if (runs.Length > 0) RunReport.Write(Report, CommandLine, runs, more);
        else AtomicFile.WriteText(Report, ReportPage.Render(new ReportModel { Title = "The quickstart", ToCome = more.ToCome, Chapters = more.Chapters, Provenance = new Provenance(CommandLine, [_plan.Seed], [("Deliberate", RunInfo.ProgramVersion)]) }));
    }

    private string[] RunsOf(IEnumerable<Chapter<QuickstartPlan>> chapters) =>
        [.. chapters.SelectMany(c => c.Outputs).Select(_folder.Path).Where(path => File.Exists(new RunFolder(path).Recipe))];
}
