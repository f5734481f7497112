using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>Watches an alignment; does nothing by itself.</summary>
internal class AlignmentObserver
{
    /// <param name="name">generation or filter.</param>
    /// <param name="done">What is there already.</param>
    /// <param name="count">What there will be.</param>
    public virtual void StageStarted(string name, int done, int count)
    {
    }

    public virtual void StageAdvanced(int done)
    {
    }

    public virtual void Notice(string message)
    {
    }

    /// <summary>Watches the run that trains.</summary>
    public virtual IRunObserver Run(string name) => new RunObserver();
}
