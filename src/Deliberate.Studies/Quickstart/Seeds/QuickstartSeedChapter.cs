using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The trained chapters of the quickstart with one seed.</summary>
internal sealed class QuickstartSeedChapter(ulong seed) : Chapter<QuickstartSeedsPlan>
{
    public ulong Seed => seed;

    public override string Name => StudyClaim.SeedFolder(seed);

    public override string About => "the quickstart's trained chapters";

    public override IReadOnlyList<string> Outputs => [.. QuickstartSeedsPlan.Trained.Select(c => $"{Name}/{c.Name}")];

    public override double Seconds(QuickstartSeedsPlan plan) => QuickstartSeedsPlan.Trained.Sum(c => c.Seconds(plan.Of(seed)));

    public override RunOutcome Run(ChapterWork<QuickstartSeedsPlan> work, CancellationToken cancellation)
    {
        var inner = new ChapterWork<QuickstartPlan>(work.Plan.Of(seed), new StudyFolder(work.Folder.Path(Name)), work.Threads, work.Observer, work.Time) { Left = work.Left };
        return QuickstartSeedsPlan.Trained.All(chapter => chapter.Run(inner, cancellation) != RunOutcome.Interrupted) ? RunOutcome.Completed : RunOutcome.Interrupted;
    }
}
