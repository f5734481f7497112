using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce family</c>: a model family of two sizes, as o1 and o1-mini: one recipe, the larger trained, the smaller distilled from it by its
/// samples and by its opinion, each with its card, and a table that compares them at equal tokens of thought and at equal compute.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the pages.</param>
internal sealed class FamilyStudy(FamilyPlan plan, string root, string command)
{
    public const string Name = "family";

    private readonly StudyFolder _folder = new(Path.GetFullPath(root));

    /// <summary>What it writes beside its parts.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName];

    /// <summary>And those parts.</summary>
    public static IReadOnlyList<string> Folders => [.. FamilyPlan.Models, FamilyFolder.Evidence, .. FamilyPlan.Released.Select(m => Path.GetDirectoryName(FamilyFolder.Card(m))!)];

    public IReadOnlyList<string> Cards => [.. FamilyPlan.Released.Select(m => Path.Combine(root, FamilyFolder.Card(m)))];

    /// <summary>What came out, once it is done.</summary>
    public IReadOnlyList<ReportTable> Tables => FamilyFolder.Tables(plan, _folder);

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        Chapter<FamilyPlan>[] chapters = [new FamilyTrainChapter(), new FamilyMeasureChapter(), new FamilyReleaseChapter(command)];
        var work = new ChapterWork<FamilyPlan>(plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<FamilyPlan>(ChapterOrder.Of(chapters, chapters, plan), work, progress => Write(progress, work)).Execute(cancellation);
    }

    private void Write(StudyProgress<FamilyPlan> progress, ChapterWork<FamilyPlan> work) => AtomicFile.WriteText(
        _folder.Path(RunReport.FileName),
        ReportPage.Render(new ReportModel
        {
            Title = "A model family of two sizes",
            Subtitle = plan.Quick ? ExperimentFindings.QuickWarning : "One recipe; the larger trained, the smaller distilled from it in two ways; compared at equal tokens of thought and at equal compute.",
            Made = [],
            Chapters = [.. progress.Done.SelectMany(c => c.Report(work))],
            ToCome = [.. progress.ToCome],
            Provenance = new Provenance(command, [], [("Seed", plan.Seed.ToString(CultureInfo.InvariantCulture)), ("Task", FamilyPlan.Task), ("Policy", FamilyPlan.Policy)]),
        }));
}
