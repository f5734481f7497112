namespace Deliberate.Evaluation;

/// <summary>Whoever watches an evaluation: told from many threads, one at a time.</summary>
public class EvaluationObserver
{
    /// <summary>The items are there, and the log.</summary>
    /// <param name="samples">That there will be.</param>
    /// <param name="finished">Of these, that the log has already.</param>
    public virtual void Begin(int samples, int finished)
    {
    }

    /// <summary>A sample has its outcome and is in the log.</summary>
    public virtual void Done(EvaluatedSample sample)
    {
    }

    /// <summary>Something that the user should know.</summary>
    public virtual void Notice(string message)
    {
    }
}
