using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>What a step's samples say about the policy, over the groups drawn first: those of dynamic sampling's later rounds are a selection.</summary>
internal static class RolloutMetrics
{
    /// <param name="metrics">Added to.</param>
    /// <param name="stage">What opens the names: rl or ei.</param>
    /// <param name="groups">Of a step.</param>
    public static void CopyTo(List<KeyValuePair<string, double>> metrics, string stage, IReadOnlyList<RolloutGroup> groups)
    {
        int samples = 0, right = 0, steps = 0, truncated = 0, flat = 0, judged = 0, unjudged = 0, unscored = 0, cut = 0, errors = 0, resampled = 0;
        double reward = 0, rightTokens = 0, wrongTokens = 0;
        foreach (var group in groups)
        {
            if (!group.IsJudged) unjudged++;
            if (group.Attempt > 0)
            {
                resampled++;
                continue;
            }

            if (group.IsJudged) judged++;
            if (group.IsFlat) flat++;
            for (var g = 0; g < group.Graded.Length; g++)
            {
                var sample = group.Graded[g];
                if (!sample.Grade.IsGraded)
                {
                    errors++;
                    continue;
                }

                samples++;
                if (sample.Grade.Outcome == SampleOutcome.Unscored) unscored++;
                if (sample.Grade.Outcome == SampleOutcome.CutWhileThinking) cut++;
                reward += group.Rewards[g];
                if (sample.Grade.AllStepsRight) steps++;
                if (sample.Truncated) truncated++;
                if (sample.Grade.Correct > 0)
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

        void Add(string name, double value) => metrics.Add(new($"{stage}/{name}", value));
        if (samples > 0)
        {
            Add("reward_mean", reward / samples);
            Add("accuracy", (double)right / samples);
            Add("all_steps_right", (double)steps / samples);
            Add("thought_tokens", (rightTokens + wrongTokens) / samples);
            if (right > 0) Add("thought_tokens_right", rightTokens / right);
            if (right < samples) Add("thought_tokens_wrong", wrongTokens / (samples - right));
            Add("truncated", (double)truncated / samples);
            Add("unscored", (double)unscored / samples);
            if (cut > 0) Add("cut_while_thinking", (double)cut / samples);
        }

        // In every step, so that an alarm sees a rate and not only the steps where there was one.
        Add("harness_error_share", (double)errors / (samples + errors));
        if (judged > 0) Add("flat_groups", (double)flat / judged);
        if (unjudged > 0) Add("unjudged_groups", unjudged);
        if (resampled > 0) Add("resampled_groups", resampled);
    }
}
