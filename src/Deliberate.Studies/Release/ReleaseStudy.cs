using System.Globalization;
using Deliberate.Core;
using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>What is asked of a study that ends in system cards.</summary>
/// <param name="Seed">Of all of it.</param>
/// <param name="Quick">Whether only to see that it works.</param>
internal abstract record ReleasePlan(ulong Seed, bool Quick)
{
    /// <summary>That a folder holds this and nothing else.</summary>
    public abstract StudyClaim Claim { get; }
}

/// <summary>A study that takes models from nothing to their gates and system cards, as its command runs it. Started again, it goes on where it was stopped.</summary>
internal abstract class ReleaseStudy
{
    /// <summary>What it writes beside its parts.</summary>
    public static IReadOnlyList<string> Files => [RunReport.FileName];

    /// <summary>The cards that it writes.</summary>
    public abstract IReadOnlyList<string> Cards { get; }

    /// <summary>What came out, once it is done; none where the cards say all of it.</summary>
    public virtual IReadOnlyList<ReportTable> Tables => [];

    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public abstract RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default);
}

/// <summary>The chapters of such a study, and its page.</summary>
/// <param name="plan">What was asked.</param>
/// <param name="root">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the pages.</param>
internal abstract class ReleaseStudy<TPlan>(TPlan plan, string root, string command) : ReleaseStudy
    where TPlan : ReleasePlan
{
    protected string Command => command;

    protected string Root => root;

    protected StudyFolder Folder { get; } = new(Path.GetFullPath(root));

    /// <summary>Of the page.</summary>
    protected abstract string Title { get; }

    /// <summary>What was done, in a sentence.</summary>
    protected abstract string About { get; }

    protected abstract IReadOnlyList<Chapter<TPlan>> Chapters { get; }

    /// <summary>What the page's provenance says beside the seed.</summary>
    protected abstract IReadOnlyList<(string Name, string Value)> Facts { get; }

    public override RunOutcome Execute(int threads = 0, StudyObserver? observer = null, CancellationToken cancellation = default)
    {
        var chapters = Chapters;
        var work = new ChapterWork<TPlan>(plan, Folder, threads, observer ?? new StudyObserver(), TimeProvider.System);
        return new StudyRunner<TPlan>(ChapterOrder.Of(chapters, chapters, plan), work, progress => Write(progress, work)).Execute(cancellation);
    }

    private void Write(StudyProgress<TPlan> progress, ChapterWork<TPlan> work) => AtomicFile.WriteText(
        Folder.Path(RunReport.FileName),
        ReportPage.Render(new ReportModel
        {
            Title = Title,
            Subtitle = plan.Quick ? ExperimentFindings.QuickWarning : About,
            Made = [],
            Chapters = [.. progress.Done.SelectMany(c => c.Report(work))],
            ToCome = [.. progress.ToCome],
            Provenance = new Provenance(command, [], [("Seed", plan.Seed.ToString(CultureInfo.InvariantCulture)), .. Facts]),
        }));
}
