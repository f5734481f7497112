using System.Globalization;

namespace Deliberate.Training;

/// <summary>Steps in a row whose samples were all right or all wrong. Threshold: how many are let pass.</summary>
internal static class OneSidedAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "one_sided", 2,
        $"Where no answer is better than another there is nothing to learn but length; updates without any advantage are left out ({ReinforcementMetrics.IdleMinibatches.Name}).",
        "All wrong: choose an easier level (family.levels, or a curriculum), train the base longer, or raise max_tokens. All right: stop here, or choose a harder level.",
        (trace, threshold) =>
        {
            var (run, isRight) = (0, false);
            for (var i = trace.Sampled.Count - 1; i >= 0; i--, run++)
            {
                var accuracy = trace.Sampled[i].Values.Find(SampleMetrics.Of(trace.Sampled[i].Stage).Accuracy);
                if (accuracy is not (0.0 or 1.0) || (run > 0 && isRight != accuracy > 0)) break;
                isRight = accuracy > 0;
            }

            return run > threshold ? string.Create(CultureInfo.InvariantCulture, $"all samples of {run} steps in a row were {(isRight ? "right" : "wrong")} (alarm above {threshold:0})") : null;
        });
}
