using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce card</c>: a small reasoning model from nothing to its system card: a base, reinforcement learning, alignment, evaluations and
/// attacks, the policy's tasks, gate and card, with a column before its mitigations and one after.
/// </summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the pages.</param>
internal sealed class CardStudy(CardPlan plan, string root, string command)
{
    public const string Name = "card";

    private readonly StudyFolder _folder = new(Path.GetFullPath(root));

    /// <summary>What it writes beside its parts.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName];

    /// <summary>And those parts.</summary>
    public static IReadOnlyList<string> Folders => [CardFolder.World, CardFolder.Base, CardFolder.Reasoner, CardFolder.Aligned, CardFolder.Evidence, CardFolder.Release];

    public static string Card(string root) => Path.Combine(root, CardFolder.Release, ReleaseWriter.CardName);

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        Chapter<CardPlan>[] chapters = [new CardTrainChapter(), new CardAlignChapter(), new CardMeasureChapter(), new CardReleaseChapter(command)];
        var work = new ChapterWork<CardPlan>(plan, _folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<CardPlan>(ChapterOrder.Of(chapters, chapters, plan), work, progress => Write(progress, work)).Execute(cancellation);
    }

    private void Write(StudyProgress<CardPlan> progress, ChapterWork<CardPlan> work) => AtomicFile.WriteText(
        _folder.Path(RunReport.FileName),
        ReportPage.Render(new ReportModel
        {
            Title = "A small reasoning model, from nothing to its system card",
            Subtitle = plan.Quick ? ExperimentFindings.QuickWarning : "Base, reinforcement learning, alignment, evaluations and attacks, the tasks of a preparedness policy, gate and card.",
            Made = [],
            Chapters = [.. progress.Done.SelectMany(c => c.Report(work))],
            ToCome = [.. progress.ToCome],
            Provenance = new Provenance(command, [], [("Seed", plan.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("Policy", CardPlan.Policy)]),
        }));
}
