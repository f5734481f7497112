using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>A run of a recipe of the quickstart. Recipe, run folder and chapter have the same name; the page says of it what it says of every run.</summary>
internal abstract class TrainingChapter : Chapter<QuickstartPlan>
{
    /// <summary>Sentences at the end; the page has all.</summary>
    private const int Told = 3;

    public override IReadOnlyList<string> Outputs => [Name];

    /// <summary>On two cores, at <see cref="QuickstartPlan.UsualMinutes"/>.</summary>
    protected abstract double UsualSeconds { get; }

    /// <summary>The same of an optimizer step of imitation.</summary>
    protected abstract double SecondsAStep { get; }

    public override double Seconds(QuickstartPlan plan) => UsualSeconds * plan.Scale;

    public override void Check(QuickstartPlan plan) => plan.Recipe(Name);

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var path = work.Folder.Path(Name);
        var observer = new PaceWatch(work.Observer.Run(Name), work.Time, SecondsAStep, factor => work.Observer.Slower(factor, work.Left * factor));
        using var run = File.Exists(new RunFolder(path).Recipe)
            ? TrainingRun.Resume(path, work.Threads, observer)
            : TrainingRun.Start(work.Plan.Recipe(Name), path, work.Threads, observer);
        return run.Execute(cancellation);
    }

    public override IEnumerable<string> Findings(ChapterWork<QuickstartPlan> work) => RunFindings.Shows(RunEvidence.Read([work.Folder.Path(Name)])[0], control: null).Take(Told);
}
