using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>How a run ended without an error.</summary>
internal enum RunOutcome
{
    Completed,

    /// <summary>Cancelled; a checkpoint was saved, resuming goes on from it.</summary>
    Interrupted,
}

/// <summary>Watches a run: how a command line or a dashboard shows progress. Called on the run's thread; what it does cannot change the run.</summary>
internal interface IRunObserver
{
    /// <summary>A new run begins: what it amounts to.</summary>
    void Planned(RunPlan plan);

    /// <param name="stage">What begins, or goes on.</param>
    /// <param name="done">Steps already done.</param>
    /// <param name="steps">Steps in all.</param>
    void StageStarted(RunStage stage, int done, int steps);

    /// <param name="stage">The stage.</param>
    /// <param name="done">Steps done, this one included.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="metrics">The line of metrics.jsonl.</param>
    /// <param name="timings">The line of timings.jsonl.</param>
    void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings);

    /// <param name="name">start, base, rl-000020, ..., final.</param>
    /// <param name="samples">How many will be drawn.</param>
    void EvaluationStarted(string name, int samples);

    void EvaluationDone(EvaluationSummary summary);

    void CheckpointSaved(string name);

    /// <summary>Something the user should know: a skipped batch, another instruction set, a sign of ill health.</summary>
    void Notice(string message);
}
