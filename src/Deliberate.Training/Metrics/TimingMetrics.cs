namespace Deliberate.Training;

/// <summary>What the clock says of a step: in timings.jsonl, for no other run has the same.</summary>
internal static class TimingMetrics
{
    public static RunMetric SupervisedSeconds { get; } = new("sft/seconds", MetricUnit.Seconds, "Time of a supervised step.", "wall clock; TRL `step_time`, verl `timing_s/step`");

    public static RunMetric SupervisedDataSeconds { get; } = new("sft/data_seconds", MetricUnit.Seconds, "Time that a supervised step waited for its batch to be made.", "wall clock");

    public static RunMetric SupervisedTokens { get; } = new("sft/tokens_per_second", MetricUnit.TokensASecond, "Tokens learned a second.", "`sft/batch_tokens` by `sft/seconds`");

    public static RunMetric ExpertSeconds { get; } = new("ei/seconds", MetricUnit.Seconds, "Time of a step of expert iteration, of either kind.", "wall clock");

    public static RunMetric ExpertSamplingSeconds { get; } = new("ei/sampling_seconds", MetricUnit.Seconds, "Time of sampling and grading of a round of expert iteration.", "wall clock", "steps that sample");

    public static RunMetric ExpertSampledTokens { get; } = new("ei/sampled_tokens_per_second", MetricUnit.TokensASecond, "Tokens sampled a second.", "end tokens included", "steps that sample");

    public static RunMetric ExpertTokens { get; } = new("ei/tokens_per_second", MetricUnit.TokensASecond, "Tokens imitated a second.", "`ei/batch_tokens` by `ei/seconds`", "steps that imitate");

    public static RunMetric ReinforcementSeconds { get; } = new("rl/seconds", MetricUnit.Seconds, "Time of a step of reinforcement learning.", "wall clock; TRL `step_time`, verl `timing_s/step`");

    public static RunMetric ReinforcementSamplingSeconds { get; } = new("rl/sampling_seconds", MetricUnit.Seconds, "Time of sampling and grading of a step of reinforcement learning.", "wall clock; verl `timing_s/gen`");

    public static RunMetric ReinforcementUpdateSeconds { get; } = new("rl/update_seconds", MetricUnit.Seconds, "Time of everything in a step of reinforcement learning after sampling and grading.", "wall clock; verl `timing_s/update_actor`");

    public static RunMetric ReinforcementSampledTokens { get; } = new("rl/sampled_tokens_per_second", MetricUnit.TokensASecond, "Tokens sampled a second.", "end tokens included");

    public static RunMetric SamplesWaited { get; } = new("rl/waited_share", MetricUnit.Share, "Share of the step's time that training waited for samples.", "wall clock", "with `lag`");

    public static RunMetric LiveShare { get; } = new("rl/live_share", MetricUnit.Share, "Slots in use while sampling.", "mean over the forward passes of the groups drawn first");

    public static RunMetric RolloutFaults { get; } = new("rollouts/faults", MetricUnit.Count, "Faults of the servers of rollouts: what came with them was thrown away and drawn again.", "the run's notices name each kind of each server", "with `rollouts` elsewhere");

    public static RunMetric RolloutServers { get; } = new("rollouts/servers", MetricUnit.Count, "Servers that could be sampled from at the end of the step.", "canary within the tolerance, not resting", "with `rollouts` elsewhere");

    public static RunMetric CanaryDifference { get; } = new("rollouts/canary_difference", MetricUnit.NatsAToken, "Mean difference of the canary's log-probabilities from the trainer's, of the server where it is largest.", "when the weights were loaded last", "with `rollouts` elsewhere");

    public static RunMetric RankTokens { get; } = new("ranks/tokens_per_second/{rank}", MetricUnit.TokensASecond, "Tokens that a rank drew and learned from a second.", "by the whole time of the step", "runs of several ranks");

    public static RunMetric RankWaited { get; } = new("ranks/waited_share/{rank}", MetricUnit.Share, "Share of the step's time that a rank waited for the others and for what they sent.", "wall clock", "runs of several ranks");

    public static RunMetric RankProcessor { get; } = new("ranks/processor_seconds/{rank}", MetricUnit.Seconds, "Processor time of a rank in the step, without what its waiting took: where it is less than the time that it did not wait, others had its cores.", "all threads of its process", "runs of several ranks");

    public static IReadOnlyList<RunMetric> All { get; } =
    [
        SupervisedSeconds, SupervisedDataSeconds, SupervisedTokens, ExpertSeconds, ExpertSamplingSeconds, ExpertSampledTokens, ExpertTokens,
        ReinforcementSeconds, ReinforcementSamplingSeconds, ReinforcementUpdateSeconds, ReinforcementSampledTokens, LiveShare, SamplesWaited, RankTokens, RankWaited, RankProcessor, RolloutFaults, RolloutServers, CanaryDifference,
    ];

    /// <summary>The whole time of a step, whichever stage it is of.</summary>
    public static IReadOnlyList<RunMetric> Steps { get; } = [SupervisedSeconds, ExpertSeconds, ReinforcementSeconds];
}
