using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Watches a study; this one shows nothing. Called on the study's thread.</summary>
internal class StudyObserver
{
    /// <param name="name">The part that begins or goes on.</param>
    /// <param name="about">What it is.</param>
    /// <param name="number">Its place, from 1.</param>
    /// <param name="count">Of all parts.</param>
    /// <param name="left">Until the end of the study.</param>
    public virtual void ChapterStarted(string name, string about, int number, int count, TimeSpan left)
    {
    }

    /// <param name="name">The part that is done; the page has it.</param>
    /// <param name="findings">What came of it, in sentences.</param>
    public virtual void ChapterDone(string name, IReadOnlyList<string> findings)
    {
    }

    /// <summary>It takes longer than was planned.</summary>
    /// <param name="factor">How many times as long, by what was measured.</param>
    /// <param name="left">Until the end of the study, at that pace.</param>
    public virtual void Slower(double factor, TimeSpan left)
    {
    }

    /// <summary>Watches a run of that name.</summary>
    public virtual IRunObserver Run(string name) => new RunObserver();
}
