using System.Globalization;

namespace Deliberate.Training;

/// <summary>
/// The reward of training rises while held-out accuracy does not: the rise of the mean reward since the stage began, as a share of
/// the largest reward, is at least the threshold, and held-out accuracy has, at 95% confidence, risen by less than half of it.
/// </summary>
internal static class HeldOutAlarm
{
    /// <summary>One-sided 95%.</summary>
    private const double Confidence = 1.645;

    public static HealthAlarm Entry { get; } = new(
        "held_out", 0.1,
        "What is learned brings reward and does not carry over: the reward may be tricked, the training problems too few or too easy, or the evaluation asks something else.",
        "Read samples with high reward (deliberate runs samples --right). Compare what training and evaluation ask: level, token budget, format. Then mend the reward or widen the problems.",
        (trace, threshold) =>
        {
            // What was measured at the same time is compared.
            if (trace.Evaluations.Count < 2 || trace.Early("reward_mean") is not { } early || trace.Evaluations[^1].Reward is not { } recent) return null;
            var rewards = trace.Recipe.Reinforcement.Rewards;
            var rise = (recent - early) / (trace.Last!.Stage == RunStage.Reinforcement ? rewards.Correct + rewards.AllStepsRight : 1);
            var (first, last) = (trace.Evaluations[0].Summary, trace.Evaluations[^1].Summary);
            var gain = last.Accuracy - first.Accuracy;
            var error = Math.Sqrt(Variance(first) + Variance(last));
            return rise >= threshold && gain + (Confidence * error) < rise / 2
                ? string.Create(CultureInfo.InvariantCulture, $"the training reward rose by {rise:0%} of its range, held-out accuracy went from {first.Accuracy:0%} to {last.Accuracy:0%} (n = {last.Samples})")
                : null;
        });

    /// <summary>Of a share, with one right and one wrong more, so that 0 and 1 are not certain.</summary>
    private static double Variance(EvaluationSummary evaluation)
    {
        var share = (evaluation.Right + 1.0) / (evaluation.Samples + 2);
        return share * (1 - share) / evaluation.Samples;
    }
}
