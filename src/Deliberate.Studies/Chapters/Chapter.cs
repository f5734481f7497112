using Deliberate.Reports;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// A part of a study: what it needs, what it makes, how long that takes. The runner orders parts by these, so that one is added as
/// a file and a line in its study's list, without a change to the others. What it makes lies in the study's folder; a part that
/// was stopped or killed is run again, and goes on from what it finds there.
/// </summary>
/// <typeparam name="TPlan">What was asked of the study.</typeparam>
internal abstract class Chapter<TPlan>
{
    /// <summary>What <c>--chapters</c> calls it: small letters, digits, hyphens.</summary>
    public abstract string Name { get; }

    /// <summary>In a few words, for help, progress and the page.</summary>
    public abstract string About { get; }

    /// <summary>What has to be in the folder before it begins: outputs of other parts.</summary>
    public virtual IReadOnlyList<string> Inputs => [];

    /// <summary>Files and folders that it leaves in the study's folder.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>How long it takes on two cores.</summary>
    public abstract double Seconds(TPlan plan);

    /// <summary>Refuses what cannot be done before any time is spent.</summary>
    /// <exception cref="Core.UserError">The plan asks something else of it than it can do.</exception>
    public virtual void Check(TPlan plan)
    {
    }

    /// <summary>Begins or goes on. Cancelling saves and stops: it says that it was interrupted, or throws, which the runner takes for the same.</summary>
    public abstract RunOutcome Run(ChapterWork<TPlan> work, CancellationToken cancellation);

    /// <summary>What came of it in two or three sentences, for whoever waits at the terminal: values and intervals of what was recorded.</summary>
    public virtual IEnumerable<string> Findings(ChapterWork<TPlan> work) => [];

    /// <summary>What the study's page says of it when it is done, beyond what is said of the runs among its outputs.</summary>
    public virtual IEnumerable<ReportChapter> Report(ChapterWork<TPlan> work) => [];
}

/// <summary>What a part works with.</summary>
/// <param name="Plan">What was asked.</param>
/// <param name="Folder">The study's.</param>
/// <param name="Threads">0 for one a core; no result depends on it.</param>
/// <param name="Observer">Is told how it goes.</param>
/// <param name="Time">Measures how long it takes.</param>
internal sealed record ChapterWork<TPlan>(TPlan Plan, StudyFolder Folder, int Threads, StudyObserver Observer, TimeProvider Time)
{
    /// <summary>Until the end of the study, as it was planned when the part began.</summary>
    public TimeSpan Left { get; init; }

    /// <summary>Trains a run of the study to its end, or goes on with it; one that is at its end is left as it is.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="name">What progress calls it.</param>
    /// <param name="recipe">Asked for where it begins.</param>
    /// <param name="cancellation">Saves and stops.</param>
    public RunOutcome Train(string path, string name, Func<TrainRecipe> recipe, CancellationToken cancellation)
    {
        var folder = new RunFolder(path);
        if (Directory.Exists(folder.Checkpoint(RunFolder.Final))) return RunOutcome.Completed;
        var observer = Observer.Run(name);
        using var run = File.Exists(folder.Recipe) ? TrainingRun.Resume(path, Threads, observer, Time) : TrainingRun.Start(recipe(), path, Threads, observer, Time);
        return run.Execute(cancellation);
    }
}
