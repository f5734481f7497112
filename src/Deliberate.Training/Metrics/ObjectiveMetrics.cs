namespace Deliberate.Training;

/// <summary>
/// What the policy objective measures over the tokens in the loss of a step's mini-batches. Ratios are of the policy before each
/// update to the one that sampled, ρ = exp(new - old), per token also for sequence-level objectives.
/// </summary>
internal static class ObjectiveMetrics
{
    private const string Updates = "steps with an update";

    public static RunMetric RatioMean { get; } = new("policy/ratio_mean", MetricUnit.Ratio, "Mean importance ratio.", "mean of ρ", Updates);

    public static RunMetric RatioMax { get; } = new("policy/ratio_max", MetricUnit.Ratio, "Greatest importance ratio of a token.", "max of ρ", Updates);

    public static RunMetric RatioMin { get; } = new("policy/ratio_min", MetricUnit.Ratio, "Least importance ratio of a token.", "min of ρ", Updates);

    public static RunMetric ApproxKlK1 { get; } = new("policy/approx_kl_k1", MetricUnit.SignedNatsAToken, "How far the updates of the step have gone from the policy that sampled, KL by estimator k1.", "mean of -log ρ; verl `actor/ppo_kl`", Updates);

    public static RunMetric ApproxKlK2 { get; } = new("policy/approx_kl_k2", MetricUnit.NatsAToken, "How far the updates of the step have gone from the policy that sampled, KL by estimator k2.", "mean of (log ρ)² / 2", Updates);

    public static RunMetric ApproxKlK3 { get; } = new("policy/approx_kl_k3", MetricUnit.NatsAToken, "How far the updates of the step have gone from the policy that sampled, KL by estimator k3, which is never negative.", "mean of ρ - 1 - log ρ", Updates);

    public static RunMetric ClipFraction { get; } = new("policy/clip_fraction", MetricUnit.Share, "Tokens, or sequences for sequence-level objectives, whose ratio is clipped.", "from below and from above together; TRL `clip_ratio/region_mean`, verl `actor/pg_clipfrac`", "objectives with a clip");

    public static RunMetric ClipFractionLow { get; } = new("policy/clip_fraction_low", MetricUnit.Share, "Tokens or sequences that are clipped from below: a ratio under the band where A < 0.", "TRL `clip_ratio/low_mean`", "objectives with a clip");

    public static RunMetric ClipFractionHigh { get; } = new("policy/clip_fraction_high", MetricUnit.Share, "Tokens or sequences that are clipped from above: a ratio over the band where A > 0; for `cispo` over the cap.", "TRL `clip_ratio/high_mean`", "objectives with a clip");

    public static RunMetric DualClipFraction { get; } = new("policy/dual_clip_fraction", MetricUnit.Share, "Tokens that the dual clip bounds.", "A < 0 and ρ above `dual_clip`; verl `actor/pg_clipfrac_lower`", "where there are any");

    public static RunMetric VespoPhi { get; } = new("policy/vespo_phi", MetricUnit.Ratio, "Mean weight φ that `vespo` gives to a sequence.", "docs/objectives.md has the formula", "with `vespo`");

    public static RunMetric Entropy { get; } = new("policy/entropy", MetricUnit.NatsAToken, "Entropy of the policy.", "mean of -Σ p log p over the whole vocabulary, at the recipe's temperature; TRL `entropy`, verl `actor/entropy`");

    public static RunMetric ReferenceKlK1 { get; } = new("policy/reference_kl_k1", MetricUnit.SignedNatsAToken, "KL divergence of the policy from the reference policy, which is the one that the stage began with or was renewed to, by estimator k1.", "mean of new - reference", "objectives with `kl_coefficient`");

    public static RunMetric ReferenceKlK3 { get; } = new(
        "policy/reference_kl_k3", MetricUnit.NatsAToken, "KL divergence of the policy from the reference policy, which is the one that the stage began with or was renewed to, by estimator k3, which is never negative.",
        "with `kl_coefficient` of the policy before each update, over the tokens in the loss; otherwise of the policy that sampled, on `health.kl_samples` of the step's samples, whose tokens stand for all of them without bias, each token's k3 at most 10; TRL `kl`, verl `actor/kl_loss`",
        "with `kl_coefficient` steps with an update, otherwise every `health.kl_every` steps and the last");

    public static RunMetric ReferenceKlTokens { get; } = new(
        "policy/reference_kl_tokens", MetricUnit.Tokens, "Tokens that the distance from the reference policy was measured on.", "of the samples that `health.kl_samples` chose", "without `kl_coefficient`, every `health.kl_every` steps and the last");

    public static RunMetric KlInLoss { get; } = new("policy/kl_in_loss", MetricUnit.SignedNatsAToken, "The KL term as it stands in the loss, without its coefficient.", "by `options.kl`", "objectives with `kl_coefficient`");

    public static IReadOnlyList<RunMetric> All { get; } =
    [
        RatioMean, RatioMax, RatioMin, ApproxKlK1, ApproxKlK2, ApproxKlK3, ClipFraction, ClipFractionLow, ClipFractionHigh, DualClipFraction, VespoPhi, Entropy, ReferenceKlK1, ReferenceKlK3, ReferenceKlTokens, KlInLoss,
    ];
}
