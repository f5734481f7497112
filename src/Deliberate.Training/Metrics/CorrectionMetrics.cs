namespace Deliberate.Training;

/// <summary>What is measured of samples whose policy was not the one that is trained, and of the distance from the reference.</summary>
internal static class CorrectionMetrics
{
    private const string Corrected = "with `sampler_correction` or `rollout_correction`";

    public static RunMetric SampleAge { get; } = new("rl/sample_age", MetricUnit.Count, "Steps that the policy which sampled is older than the one that is trained.", "0 where it was renewed in this step", "with `staleness` or `lag`");

    public static RunMetric DifferenceMean { get; } = new("rl/sampler_difference_mean", MetricUnit.NatsAToken, "How far the log-probabilities of the policy that is trained are from those of what was sampled from.", "mean of |old - sampler| before the step's updates; TRL `sampling/sampling_logp_difference/mean`", Corrected);

    public static RunMetric DifferenceMax { get; } = new("rl/sampler_difference_max", MetricUnit.Nats, "The largest such difference of a token.", "TRL `sampling/sampling_logp_difference/max`", Corrected);

    public static RunMetric RolloutDifference { get; } = new("rl/rollout_difference", MetricUnit.NatsAToken, "How far the servers' log-probabilities of their samples are from the trainer's.", "mean of |old - sampler|, of samples of the weights that are trained", "with `rollouts` elsewhere, where the samples are of this step's weights");

    public static RunMetric WeightMean { get; } = new("rl/correction_weight_mean", MetricUnit.Ratio, "Mean importance weight of the trained policy to what was sampled from.", "exp(old - sampler), of tokens or samples; for `sampler_correction` after its bounds, for `rollout_correction` before; TRL `sampling/importance_sampling_ratio/mean`, verl `rollout_is_mean`", Corrected);

    public static RunMetric WeightMax { get; } = new("rl/correction_weight_max", MetricUnit.Ratio, "The largest such weight.", "TRL `sampling/importance_sampling_ratio/max`, verl `rollout_is_max`", Corrected);

    public static RunMetric Rejected { get; } = new("rl/correction_rejected", MetricUnit.Share, "What a correction leaves out: weights of 0, or tokens that are rejected.", "`mode` token_mask or sequence_mask, `reject`", "where weights are bounded or tokens rejected");

    public static RunMetric EffectiveSampleSize { get; } = new("rl/effective_sample_size", MetricUnit.Share, "Share of the samples that the weighted ones are worth.", "(mean w)² / mean w², of the weights within 1 / threshold and threshold; verl `rollout_is_eff_sample_size`", "with `rollout_correction.weights`");

    public static RunMetric MaskedTruncated { get; } = new("rl/masked_truncated", MetricUnit.Count, "Samples that the token budget cut off and the loss leaves out.", "with `mask_truncated`", "where there are any");

    public static RunMetric KlInReward { get; } = new("rl/kl_in_reward", MetricUnit.SignedNatsAToken, "KL divergence from the reference policy as it was taken out of the reward, without its coefficient.", "mean of old - reference over the tokens; verl `actor/reward_kl_penalty`", "with `kl.in_reward`");

    public static RunMetric KlCoefficient { get; } = new("rl/kl_coefficient", MetricUnit.Size, "Coefficient of the KL in this step.", "steered to `kl.target` from step to step; verl `actor/reward_kl_penalty_coeff`", "with `kl.target`");

    public static IReadOnlyList<RunMetric> All { get; } = [SampleAge, DifferenceMean, DifferenceMax, RolloutDifference, WeightMean, WeightMax, Rejected, EffectiveSampleSize, MaskedTruncated, KlInReward, KlCoefficient];
}
