namespace Deliberate.Training;

/// <summary>What reinforcement learning records of episodes of several turns, a curve for each environment of the run.</summary>
internal static class EnvironmentMetrics
{
    private const string When = "where problems are played in environments";

    public static RunMetric Reward { get; } = new("rl/environment_reward/{environment}", MetricUnit.Reward, "Mean reward of the episodes of one environment.", "over the judged episodes of the groups drawn first", When);

    public static RunMetric Solved { get; } = new("rl/environment_solved/{environment}", MetricUnit.Share, "Episodes of one environment that ended solved.", "the environment's word, whatever the reward is made of", When);

    public static RunMetric Turns { get; } = new("rl/environment_turns/{environment}", MetricUnit.Count, "Mean turns of the model in an episode.", "the last one counted", When);

    public static RunMetric Cut { get; } = new("rl/environment_cut/{environment}", MetricUnit.Share, "Episodes that a budget ended: of tokens, of a turn's tokens, or of turns.", "finish reason `length`", When);

    public static RunMetric Failed { get; } = new("rl/environment_failed/{environment}", MetricUnit.Share, "Episodes that the environment itself failed on: in no other mean of these.", "outcome `harness_error`, of all its episodes", When);

    public static RunMetric GivenTokens { get; } = new("rl/given_tokens", MetricUnit.Tokens, "Mean tokens of an episode that its environment gave: masked out of the loss.", "frames of the chat template included", When);

    public static IReadOnlyList<RunMetric> All { get; } = [Reward, Solved, Turns, Cut, Failed, GivenTokens];

    /// <summary>Adds those of a step, over the groups drawn first.</summary>
    public static void CopyTo(MetricValues metrics, IReadOnlyList<RolloutGroup> groups)
    {
        var episodes = groups.Where(g => g.Round == 0).SelectMany(g => g.Samples.Select((sample, i) => (sample, Reward: g.Rewards[i], g.Problem.Family))).Where(e => e.sample.Sample.Episode is not null).ToArray();
        if (episodes.Length == 0) return;
        foreach (var one in episodes.GroupBy(e => e.Family).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            var judged = one.Where(e => e.sample.IsJudged).ToArray();
            metrics.Add(Failed.For(one.Key), 1 - ((double)judged.Length / one.Count()));
            if (judged.Length == 0) continue;
            metrics.Add(Reward.For(one.Key), judged.Average(e => e.Reward));
            metrics.Add(Solved.For(one.Key), judged.Average(e => e.sample.IsRight ? 1.0 : 0));
            metrics.Add(Turns.For(one.Key), judged.Average(e => e.sample.Sample.Episode!.Turns.Count));
            metrics.Add(Cut.For(one.Key), judged.Average(e => e.sample.Truncated ? 1.0 : 0));
        }

        metrics.Add(GivenTokens, episodes.Average(e => e.sample.Sample.Episode!.Turns.Sum(t => t.GivenTokens)));
    }
}
