using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Watches an experiment, its seeds as chapters and the cells of each; this one shows nothing. Called on the experiment's thread.</summary>
internal class ExperimentObserver : StudyObserver
{
    /// <param name="cell">What begins or goes on.</param>
    /// <param name="number">Its place, from 1.</param>
    /// <param name="count">Of all cells.</param>
    /// <param name="left">Until the end of the experiment; null before anything was measured.</param>
    public virtual void CellStarted(ExperimentCell cell, int number, int count, TimeSpan? left)
    {
    }

    /// <summary>Watches the training of the cell.</summary>
    public virtual IRunObserver Run(ExperimentCell cell) => new RunObserver();

    /// <summary>Held-out problems are being answered.</summary>
    public virtual void TestStarted(ExperimentCell cell, CellTest test, int problems)
    {
    }

    public virtual void Tested(int problems)
    {
    }

    public virtual void TestDone(ExperimentCell cell, CellTest test, int right, int problems)
    {
    }
}
