using System.Globalization;

namespace Deliberate.Training;

/// <summary>Batches whose loss or gradient was not finite, in the step that was done last. Threshold: how many are let pass.</summary>
internal static class NonFiniteAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "non_finite", 0,
        "A loss or a gradient was not a finite number; the batch was left out and the weights stayed as they were. Three in a row stop the run.",
        "Lower the learning rates (optimizer.learning_rate, optimizer.muon_learning_rate) or clip_norm; the files in the run's folder skipped show whether the data is at fault.",
        (trace, threshold) =>
        {
            var skipped = trace.Last is not { } last ? 0 : OptimizerMetrics.Stages.Sum(stage => last.Values.Find(stage.Skipped) ?? 0);
            return skipped > threshold ? string.Create(CultureInfo.InvariantCulture, $"{skipped:0} batch{(skipped == 1 ? " was" : "es were")} left out") : null;
        });
}
