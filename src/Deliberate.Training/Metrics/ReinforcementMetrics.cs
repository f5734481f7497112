namespace Deliberate.Training;

/// <summary>What reinforcement learning records besides its samples, its optimizer steps and its objective.</summary>
internal static class ReinforcementMetrics
{
    public static RunMetric RewardTerm { get; } = new(
        "rl/reward/{name}", MetricUnit.Reward, "What a term of the reward paid on average, its weight included; `unreadable` is what unreadable answers were not paid.",
        "of `reinforcement.rewards`; over the judged samples of the groups drawn first, so that they sum to `rl/reward_mean`");

    public static RunMetric ResampledGroups { get; } = new("rl/resampled_groups", MetricUnit.Count, "Groups that dynamic sampling drew in place of others.", "rounds after the first", "where there are any");

    public static RunMetric TrainedSamples { get; } = new("rl/trained_samples", MetricUnit.Count, "Samples of the mini-batches that made an update, `rl/idle_samples` among them.", "sum over the step's mini-batches");

    public static RunMetric IdleMinibatches { get; } = new("rl/idle_minibatches", MetricUnit.Count, "Mini-batches whose advantages are all 0: left out, for an update would only follow old momentum.", "`reinforcement.updates` mini-batches a step, one optimizer step each", "where there are any");

    public static RunMetric IdleSamples { get; } = new(
        "rl/idle_samples", MetricUnit.Count, "Samples of the mini-batches that made an update to which its loss has no slope, such as those of groups that are all right or all wrong: they count in means and metrics and need no pass.",
        "first iteration; the derivatives by all of a sample's log-probabilities and entropies are 0", "with `skip_idle_samples`, where there are any");

    public static RunMetric SamplerMismatch { get; } = new("rl/sampler_mismatch", MetricUnit.Nats, "Largest difference between a token's log-probability as sampled and as the trainer computes it.", "before the step's first update, of the samples that it made a pass over; exactly 0 in full precision; TRL `sampling/sampling_logp_difference/max`", "steps with an update");

    public static RunMetric GreedyReward { get; } = new("rl/greedy_reward", MetricUnit.Reward, "Mean reward of the most likely completion of each problem.", "temperature 0, of the groups that are trained on", "with the advantages of `remax`");

    public static IReadOnlyList<RunMetric> All { get; } = [RewardTerm, GreedyReward, ResampledGroups, TrainedSamples, IdleMinibatches, IdleSamples, SamplerMismatch];
}
