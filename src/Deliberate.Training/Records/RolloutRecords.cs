using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>The samples of a stage as the store keeps them.</summary>
/// <param name="stage">That drew them.</param>
/// <param name="sampling">How they were drawn.</param>
internal sealed class RolloutRecords(RunStage stage, SamplingOptions sampling)
{
    /// <param name="step">From 1.</param>
    /// <param name="groups">With rewards, and advantages where the stage has them.</param>
    public IEnumerable<SampleRecord> Of(int step, IEnumerable<RolloutGroup> groups)
    {
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Samples.Length; g++)
            {
                var (rollout, scored) = (group.Rollouts[g], group.Samples[g]);
                yield return new SampleRecord
                {
                    Step = step,
                    Problem = $"{group.Problem.Family}/{group.Problem.Level}/{group.Problem.Index}",
                    Stage = stage,
                    Sample = g,
                    Prompt = group.Problem.Prompt,
                    PromptTokens = group.Prompt,
                    Text = scored.Sample.Completion,
                    Tokens = rollout.Tokens,
                    ThoughtTokens = scored.Sample.ThoughtTokens,
                    ThoughtOpenedBy = scored.Sample.ThoughtOpenedBy,
                    Logp = rollout.LogProbabilities,
                    BehaviourLogp = sampling is { Temperature: 1, Unfiltered: true } ? null : rollout.BehaviourLogProbabilities,
                    Rewards = Components(group, g),
                    Terms = [.. group.Terms.Select(term => KeyValuePair.Create(term.Name, term.Values[g]))],
                    Reward = group.Rewards[g],
                    Advantage = group.Advantages[g],
                    GreedyReward = group.Greedy is null ? null : group.GreedyReward,
                    FinishReason = rollout.FinishReason == FinishReason.Stop ? "stop" : "length",
                    Truncated = scored.Truncated,
                    WeightVersion = rollout.WeightVersion,
                    Turns = [.. scored.Sample.Episode?.Turns.Select(turn => (turn.OwnTokens, turn.GivenTokens, turn.Reward)) ?? []],
                    Trained = group.Kept[g],
                    Outcome = scored.Outcome,
                    Reason = scored.Verdict.IsReadable ? null : scored.Verdict.Reason,
                };
            }
        }
    }

    /// <summary>What was found of a sample; NaN where nobody could judge.</summary>
    private static List<KeyValuePair<string, double>> Components(RolloutGroup group, int sample)
    {
        List<KeyValuePair<string, double>> components = [];
        var scored = group.Samples[sample];
        var correct = scored.IsRight ? 1 : 0;
        if (!scored.IsJudged)
        {
            components.Add(new(RewardNames.Correct, double.NaN));
        }
        else
        {
            components.Add(new(RewardNames.Correct, correct));
            components.Add(new(RewardNames.AllStepsRight, scored.AllStepsRight ? 1 : 0));
            if (group.Scores[sample] != correct) components.Add(new(RewardNames.Score, group.Scores[sample]));
            if (group.Withheld[sample] != 0) components.Add(new(RewardNames.Unreadable, group.Withheld[sample]));
            foreach (var score in scored.Verdict.Scores) components.Add(new(RewardNames.Component(score.Name), score.Value));
        }

        return components;
    }
}
