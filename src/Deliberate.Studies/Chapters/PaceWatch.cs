using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Passes a run's observer what it is told, and compares the pace of imitation, in its first seconds, with the declared one: whoever waits
/// should know within twenty seconds that a machine is slower than the plan assumes. Nothing is scaled by it: the same seed gives the same
/// numbers everywhere.
/// </summary>
/// <param name="inner">The run's observer.</param>
/// <param name="time">Measures.</param>
/// <param name="secondsAStep">Declared, on two cores.</param>
/// <param name="slower">Given how many times as long a step takes, once, where that is more than <see cref="Noticed"/>.</param>
internal sealed class PaceWatch(IRunObserver inner, TimeProvider time, double secondsAStep, Action<double> slower) : IRunObserver
{
    /// <summary>Machines differ by this much without a word.</summary>
    public const double Noticed = 1.3;

    /// <summary>From the first step on, in which code is compiled, and for so long.</summary>
    private static readonly TimeSpan Begins = TimeSpan.FromSeconds(3), Lasts = TimeSpan.FromSeconds(10);

    private long _started;
    private (long Time, int Done)? _from;
    private bool _isOver;

    public void Planned(RunPlan plan) => inner.Planned(plan);

    public void StageStarted(RunStage stage, int done, int steps)
    {
        _started = time.GetTimestamp();
        inner.StageStarted(stage, done, steps);
    }

    public void StepDone(RunStage stage, int done, int steps, IReadOnlyList<KeyValuePair<string, double>> metrics, IReadOnlyList<KeyValuePair<string, double>> timings)
    {
        inner.StepDone(stage, done, steps, metrics, timings);
        if (_isOver || stage != RunStage.Supervised) return;
        var now = time.GetTimestamp();
        if (_from is not { } from)
        {
            if (time.GetElapsedTime(_started, now) >= Begins) _from = (now, done);
            return;
        }

        if (time.GetElapsedTime(from.Time, now) is var took && took < Lasts) return;
        _isOver = true;
        var factor = took.TotalSeconds / ((done - from.Done) * secondsAStep);
        if (factor > Noticed) slower(factor);
    }

    public void EvaluationStarted(string name, int samples) => inner.EvaluationStarted(name, samples);

    public void EvaluationDone(EvaluationSummary summary) => inner.EvaluationDone(summary);

    public void CheckpointSaved(string name) => inner.CheckpointSaved(name);

    public void Notice(string message) => inner.Notice(message);
}
