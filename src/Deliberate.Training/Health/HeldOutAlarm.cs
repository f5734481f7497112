using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The reward of training rises while held-out accuracy does not: the rise of the mean reward since the stage began, as a share of
/// the largest reward, is at least the threshold, and the whole 95% interval of the rise of held-out accuracy, on the problems that
/// both evaluations asked, lies below half of it.
/// </summary>
internal static class HeldOutAlarm
{
    public static HealthAlarm Entry { get; } = new(
        "held_out", 0.1,
        "What is learned brings reward and does not carry over: the reward may be tricked, the training problems too few or too easy, or the evaluation asks something else.",
        "Read samples with high reward (deliberate runs samples --right). Compare what training and evaluation ask: level, token budget, format. Then mend the reward or widen the problems.",
        (trace, threshold) =>
        {
            // What was measured at the same time is compared.
            if (trace.Evaluations.Count < 2 || trace.Early(m => m.Reward) is not { } early || trace.Evaluations[^1].Reward is not { } recent) return null;
            var rise = (recent - early) / (trace.Last!.Stage == RunStage.Reinforcement ? trace.Recipe.Reinforcement.MostReward() : 1);
            var (first, last) = (trace.Evaluations[0].Summary, trace.Evaluations[^1].Summary);
            var gain = Paired.Of(first.RightByProblem, last.RightByProblem, MeasureKind.Share);
            return rise >= threshold && gain.Difference.High < rise / 2
                ? string.Create(CultureInfo.InvariantCulture, $"the training reward rose by {rise:0%} of its range, held-out accuracy went from {gain.From.Value:0%} to {gain.To.Value:0%} ({gain.Difference.Count()}, the same problems; {gain.Difference.Method.Words()})")
                : null;
        });
}
