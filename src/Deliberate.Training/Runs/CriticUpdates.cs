namespace Deliberate.Training;

/// <summary>The critic's updates of a step, and what they measured.</summary>
/// <param name="critic">Of the stage.</param>
/// <param name="warmsUp">Whether it learns alone in this step.</param>
internal sealed class CriticUpdates(Critic critic, bool warmsUp)
{
    private double _loss, _norm, _clipped;
    private int _updates, _skipped;

    public bool WarmsUp { get; } = warmsUp;

    /// <summary>One update on a mini-batch, and what it did.</summary>
    public TrainingStep Add(int step, IReadOnlyList<PolicySample> samples)
    {
        var update = critic.Step(step, samples, out var clipped);
        if (!update.Applied)
        {
            _skipped++;
            return update;
        }

        _loss += update.Loss;
        _norm += update.GradientNorm;
        _clipped += clipped;
        _updates++;
        return update;
    }

    public void CopyTo(int step, MetricValues metrics)
    {
        if (_updates > 0)
        {
            metrics.Add(CriticMetrics.Loss, _loss / _updates);
            metrics.Add(CriticMetrics.ClipFraction, _clipped / _updates);
            metrics.Add(CriticMetrics.GradNorm, _norm / _updates);
        }

        metrics.Add(CriticMetrics.LearningRate, critic.LearningRate(step));
        if (_skipped > 0) metrics.Add(CriticMetrics.Skipped, _skipped);
    }
}
