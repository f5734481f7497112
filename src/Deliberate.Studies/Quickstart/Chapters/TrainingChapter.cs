using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>A run of a recipe of the quickstart. Recipe, run folder and chapter have the same name; the page says of it what it says of every run.</summary>
internal abstract class TrainingChapter : Chapter<QuickstartPlan>
{
    public override IReadOnlyList<string> Outputs => [Name];

    /// <summary>On two cores, at <see cref="QuickstartPlan.UsualMinutes"/>.</summary>
    protected abstract double UsualSeconds { get; }

    public override double Seconds(QuickstartPlan plan) => UsualSeconds * plan.Scale;

    public override void Check(QuickstartPlan plan) => plan.Recipe(Name);

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var (path, observer) = (work.Folder.Path(Name), work.Observer.Run(Name));
        using var run = File.Exists(new RunFolder(path).Recipe)
            ? TrainingRun.Resume(path, work.Threads, observer)
            : TrainingRun.Start(work.Plan.Recipe(Name), path, work.Threads, observer);
        return run.Execute(cancellation);
    }
}
