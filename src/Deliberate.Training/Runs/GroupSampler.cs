using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Draws and grades completions of problems, and records them: what every stage that learns from its own samples begins with.</summary>
/// <param name="session">The run's.</param>
/// <param name="samples">Completions of a problem.</param>
/// <param name="maxTokens">Token budget of each.</param>
/// <param name="temperature">Of the distribution that they are drawn from.</param>
/// <param name="rewards">Of the samples.</param>
internal sealed class GroupSampler(RunSession session, int samples, int maxTokens, double temperature, SampleRewards rewards)
{
    public SampleRewards Rewards => rewards;

    /// <summary>Samples that have no reward yet: that depends on all groups of the step (<see cref="SampleRewards.Settle(IReadOnlyList{RolloutGroup})"/>).</summary>
    /// <param name="problems">A group each.</param>
    /// <param name="attempt">The round of dynamic sampling.</param>
    /// <param name="stream">Of problem i's sample g.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public RolloutGroup[] Draw(Problem[] problems, int attempt, Func<int, int, RandomStream> stream, CancellationToken cancellation)
    {
        var requests = new SampleRequest[problems.Length];
        for (var i = 0; i < problems.Length; i++)
        {
            var streams = new RandomStream[samples];
            for (var g = 0; g < samples; g++) streams[g] = stream(i, g);
            requests[i] = session.Encoder.Request(problems[i], maxTokens, streams);
        }

        var rollouts = session.Sampler.Sample(requests, new SamplingOptions { Temperature = temperature }, session.Encoder.StopIds, cancellation: cancellation);
        var grades = session.Grader.Grade(session.Encoder, problems, rollouts, cancellation);
        var groups = new RolloutGroup[problems.Length];
        for (var i = 0; i < groups.Length; i++)
        {
            groups[i] = new RolloutGroup(problems[i], attempt, requests[i].Prompt, rollouts[i], grades[i]);
            for (var g = 0; g < samples; g++) groups[i].Kept[g] = grades[i][g].Grade.IsGraded;
        }

        return groups;
    }

    /// <summary>Every sample of the groups as the store keeps it.</summary>
    /// <param name="step">From 1.</param>
    public IEnumerable<SampleRecord> Records(RunStage stage, int step, IEnumerable<RolloutGroup> groups)
    {
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Rollouts.Length; g++)
            {
                var (rollout, graded) = (group.Rollouts[g], group.Graded[g]);
                var components = Components(group, g);
                if (rewards.PunishesLength) components.Add(new(RewardNames.Overlong, rewards.Overlong(rollout)));
                yield return new SampleRecord
                {
                    Step = step,
                    Problem = $"{group.Problem.Family}/{group.Problem.Level}/{group.Problem.Index}",
                    Stage = stage,
                    Sample = g,
                    Prompt = group.Problem.Prompt,
                    PromptTokens = group.Prompt,
                    Text = graded.Text,
                    Tokens = rollout.Tokens,
                    ThoughtTokens = graded.ThoughtTokens,
                    ThoughtOpenedBy = graded.ThoughtOpenedBy,
                    Logp = rollout.LogProbabilities,
                    BehaviourLogp = temperature == 1 ? null : rollout.BehaviourLogProbabilities,
                    Rewards = components,
                    Reward = group.Rewards[g],
                    Advantage = group.Advantages[g],
                    FinishReason = rollout.FinishReason == FinishReason.Stop ? "stop" : "length",
                    Truncated = graded.Truncated,
                    Trained = group.Kept[g],
                    Outcome = graded.Grade.Outcome,
                    Reason = graded.Grade.IsReadable ? null : graded.Grade.Reason,
                };
            }
        }
    }

    /// <summary>Each part of the reward, NaN where the verifier failed.</summary>
    private static List<KeyValuePair<string, double>> Components(RolloutGroup group, int sample)
    {
        var grade = group.Graded[sample].Grade;
        if (!grade.IsGraded) return [new(RewardNames.Correct, double.NaN)];
        List<KeyValuePair<string, double>> components = [new(RewardNames.Correct, grade.Correct), new(RewardNames.AllStepsRight, grade.AllStepsRight ? 1 : 0)];
        if (group.Scores[sample] != grade.Correct) components.Add(new(RewardNames.Score, group.Scores[sample]));
        if (group.Withheld[sample] != 0) components.Add(new(RewardNames.Unreadable, group.Withheld[sample]));
        components.AddRange(grade.Components.Select(part => KeyValuePair.Create(RewardNames.Component(part.Key), part.Value)));
        return components;
    }
}
