using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// <c>reproduce reasoning</c>: does reinforcement learning teach reasoning? A chapter a seed. After each the page is written of the
/// seeds that there are; table and results when all are done, since they are what others compute and quote from.
/// </summary>
/// <param name="plan">The experiment.</param>
/// <param name="folder">Where it is, claimed for this plan.</param>
/// <param name="command">What makes it, for the page.</param>
internal sealed class ReasoningStudy(ExperimentPlan plan, ExperimentFolder folder, string command)
{
    /// <summary>Runs what is left. Cancelling saves and stops.</summary>
    public RunOutcome Execute(int threads = 0, ExperimentObserver? observer = null, CancellationToken cancellation = default)
    {
        observer ??= new ExperimentObserver();
        SeedChapter[] seeds = [.. plan.Seeds.Select(seed => new SeedChapter(seed, folder, observer))];
        var work = new ChapterWork<ExperimentPlan>(plan, new StudyFolder(folder.Root), threads, observer, TimeProvider.System);
        return new StudyRunner<ExperimentPlan>(ChapterOrder.Of(seeds, seeds, plan), work, Write).Execute(cancellation);
    }

    /// <summary>All that is reported of the finished experiment.</summary>
    public ExperimentSummary Summary() => new(ExperimentEvidence.Read(plan, folder));

    private void Write(StudyProgress<ExperimentPlan> progress)
    {
        if (progress.Left.Count == 0)
        {
            ExperimentReport.Write(folder, command, Summary());
            return;
        }

        var done = plan.Of([.. progress.Done.Cast<SeedChapter>().Select(c => c.Seed)]);
        ExperimentReport.WritePage(folder, command, new ExperimentSummary(ExperimentEvidence.Read(done, folder)), [.. progress.ToCome]);
    }
}
