using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a step's samples say about the policy, over the groups drawn first: those of dynamic sampling's later rounds are a selection.</summary>
internal static class RolloutMetrics
{
    /// <summary>What the most likely completions earned, where they were drawn.</summary>
    public static void CopyGreedyTo(MetricValues metrics, IEnumerable<RolloutGroup> groups)
    {
        double[] rewards = [.. groups.Where(g => g.Greedy is not null && !double.IsNaN(g.GreedyReward)).Select(g => g.GreedyReward)];
        if (rewards.Length > 0) metrics.Add(ReinforcementMetrics.GreedyReward, rewards.Average());
    }

    /// <param name="metrics">Added to.</param>
    /// <param name="names">Of the stage.</param>
    /// <param name="groups">Of a step.</param>
    public static void CopyTo(MetricValues metrics, SampleMetrics names, IReadOnlyList<RolloutGroup> groups)
    {
        int samples = 0, right = 0, steps = 0, truncated = 0, flat = 0, judged = 0, unjudged = 0, unscored = 0, cut = 0, errors = 0, resampled = 0;
        double reward = 0, rightTokens = 0, wrongTokens = 0, thought = 0;
        // In the order in which the verifier first gave them.
        var components = new OrderedDictionary<string, (double Sum, int Samples)>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            if (!group.IsJudged) unjudged++;
            if (group.Round > 0)
            {
                resampled++;
                continue;
            }

            if (group.IsJudged) judged++;
            if (group.IsFlat) flat++;
            for (var g = 0; g < group.Samples.Length; g++)
            {
                var sample = group.Samples[g];
                if (!sample.IsJudged)
                {
                    errors++;
                    continue;
                }

                samples++;
                if (sample.Outcome == SampleOutcome.Unscored) unscored++;
                if (sample.Outcome == SampleOutcome.CutWhileThinking) cut++;
                reward += group.Rewards[g];
                thought += sample.Sample.ThoughtTokens ?? 0;
                foreach (var score in sample.Verdict.Scores)
                {
                    var (sum, given) = components.TryGetValue(score.Name, out var before) ? before : default;
                    components[score.Name] = (sum + score.Value, given + 1);
                }

                if (sample.AllStepsRight) steps++;
                if (sample.Truncated) truncated++;
                if (sample.IsRight)
                {
                    right++;
                    rightTokens += sample.CompletionTokens;
                }
                else
                {
                    wrongTokens += sample.CompletionTokens;
                }
            }
        }

        if (samples > 0)
        {
            metrics.Add(names.Reward, reward / samples);
            metrics.Add(names.Accuracy, (double)right / samples);
            metrics.Add(names.AllStepsRight, (double)steps / samples);
            metrics.Add(names.CompletionLength, (rightTokens + wrongTokens) / samples);
            if (right > 0) metrics.Add(names.CompletionLengthRight, rightTokens / right);
            if (right < samples) metrics.Add(names.CompletionLengthWrong, wrongTokens / (samples - right));
            if (thought > 0) metrics.Add(names.ThoughtLength, thought / samples);
            metrics.Add(names.Truncated, (double)truncated / samples);
            metrics.Add(names.Unscored, (double)unscored / samples);
            if (cut > 0) metrics.Add(names.CutWhileThinking, (double)cut / samples);
        }

        // In every step, so that an alarm sees a rate and not only the steps where there was one.
        metrics.Add(names.HarnessErrorShare, (double)errors / (samples + errors));
        if (judged > 0) metrics.Add(names.ZeroDeviation, (double)flat / judged);
        foreach (var (name, (sum, given)) in components) metrics.Add(names.Component.For(name), sum / given);
        if (unjudged > 0) metrics.Add(names.UnjudgedGroups, unjudged);
        if (resampled > 0) metrics.Add(ReinforcementMetrics.ResampledGroups, resampled);
    }
}
