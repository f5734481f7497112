namespace Deliberate.Training;

/// <summary>
/// Watches a run: override what you want to see. Called on the run's thread, in order; what it does cannot change the run, unless
/// it throws, which ends it.
/// </summary>
public class RunObserver : IRunObserver
{
    /// <summary>Tells evaluations and notices in a sentence each.</summary>
    /// <param name="say">Given every sentence.</param>
    public static RunObserver InWords(Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(say);
        return new WordObserver(say);
    }

    /// <summary>A stage begins, or goes on after a stop.</summary>
    /// <param name="stage">Which.</param>
    /// <param name="done">Steps already done.</param>
    /// <param name="steps">Steps in all.</param>
    public virtual void StageStarted(RunStage stage, int done, int steps)
    {
    }

    /// <summary>A step is over.</summary>
    /// <param name="stage">Of which stage.</param>
    /// <param name="done">Steps done, this one included.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="metrics">The line of metrics.jsonl, by the names of docs/metrics.md: <c>sft/loss</c>, <c>rl/accuracy</c>, <c>policy/entropy</c> ...</param>
    /// <param name="timings">The line of timings.jsonl.</param>
    public virtual void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings)
    {
    }

    /// <summary>Held-out problems are about to be answered.</summary>
    /// <param name="name">start, base, rl-000020, ..., final.</param>
    /// <param name="samples">How many will be drawn.</param>
    public virtual void EvaluationStarted(string name, int samples)
    {
    }

    /// <summary>An evaluation is done.</summary>
    /// <param name="summary">Its figures.</param>
    public virtual void EvaluationDone(EvaluationSummary summary)
    {
    }

    /// <summary>A checkpoint was saved.</summary>
    /// <param name="name">Its folder below <c>checkpoints</c>.</param>
    public virtual void CheckpointSaved(string name)
    {
    }

    /// <summary>Something the user should know: a skipped batch, another instruction set, a sign of ill health.</summary>
    /// <param name="message">In words.</param>
    public virtual void Notice(string message)
    {
    }

    void IRunObserver.Planned(RunPlan plan)
    {
    }

    private sealed class WordObserver(Action<string> say) : RunObserver
    {
        public override void EvaluationDone(EvaluationSummary summary) => say(FormattableString.Invariant($"evaluation {summary.Name}: {summary.Right} of {summary.Samples} answers are right"));

        public override void Notice(string message) => say(message);
    }
}
