using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Over what the importance weight exp(new - old) is taken.</summary>
internal enum ImportanceLevel
{
    /// <summary>One weight a token.</summary>
    Token,

    /// <summary>One weight a sequence, the geometric mean of its tokens' (GSPO).</summary>
    Sequence,

    /// <summary>One weight a sequence, the product of its tokens' (RLOO).</summary>
    SequenceProduct,
}

/// <summary>
/// The options of every policy objective. The values here are those of GRPO; each objective's file states its own defaults.
/// Where a value is said to be TRL's or verl's, it is that of TRL 1.16 and verl 0.7.
/// </summary>
internal sealed record PolicyOptions
{
    /// <summary>Ratios below 1 minus this are clipped. Default 0.2 (PPO, TRL, verl). GMPO: a bound on the log ratio.</summary>
    public double EpsilonLow { get; init; } = 0.2;

    /// <summary>Ratios above 1 plus this are clipped. Default 0.2; DAPO raises it to 0.28 ("clip higher"). CISPO: see there.</summary>
    public double EpsilonHigh { get; init; } = 0.2;

    /// <summary>Upper bound on the unclipped ratio too, for negative advantages (two-sided clip, INTELLECT-2). Default none; above 1 + <see cref="EpsilonHigh"/>.</summary>
    public double? Delta { get; init; }

    /// <summary>For negative advantages the term never exceeds this times |A| (arXiv 1912.09729). Default none; verl's PPO 3.</summary>
    public double? DualClip { get; init; }

    /// <summary>Bound on |new - old| before exp, no gradient beyond. Default none (TRL); verl 20.</summary>
    public double? LogRatioClamp { get; init; }

    public ImportanceLevel Level { get; init; }

    public LossAggregation Aggregation { get; init; } = LossAggregation.SequenceMeanTokenMean;

    /// <summary>Whether a sequence without a token in the loss counts in means over sequences. Default true (TRL); verl: false.</summary>
    public bool CountEmptySequences { get; init; } = true;

    /// <summary>Added to each length that divides. Default 0; verl 1e-8.</summary>
    public double LengthEpsilon { get; init; }

    /// <summary>The divisor of <see cref="LossAggregation.TokenSumNorm"/>. Default: sequences times completion limit (Dr.GRPO); verl: the longest length.</summary>
    public double? ScaleFactor { get; init; }

    /// <summary>Weight of the KL term to the reference policy in the loss. Default 0, no reference model is kept (TRL; DAPO drops it).</summary>
    public double KlCoefficient { get; init; }

    /// <summary>Estimator of that KL. Default k3, non-negative and unbiased (GRPO paper, equation 4).</summary>
    public KlKind Kl { get; init; } = KlKind.K3;

    /// <summary>Take the gradient of k2 whatever the estimator (verl's "+"): its expectation is the gradient of the KL.</summary>
    public bool KlStraightThrough { get; init; }

    /// <summary>Clamp k3 as verl does: input to ±20, output to ±10. Default false (TRL).</summary>
    public bool KlClamped { get; init; }

    /// <summary>Multiply the KL by the importance weight, gradient through both (TRL <c>use_bias_correction_kl</c>, DeepSeek-V3.2).</summary>
    public bool KlImportanceWeighted { get; init; }

    /// <summary>Weight of the entropy bonus. Default 0.</summary>
    public double EntropyCoefficient { get; init; }

    /// <summary>Only this share of tokens, those of highest entropy, stays in the policy term (arXiv 2506.01939). Default 1, all.</summary>
    public double TopEntropyQuantile { get; init; } = 1;

    /// <summary>Sequences with A below 0 whose mean log(sampler / new) exceeds this leave the policy term (DeepSeek-V3.2). Default none.</summary>
    public double? OffPolicyThreshold { get; init; }

    /// <summary>SAPO's temperature for A above 0. Default 1 (TRL, paper).</summary>
    public double TemperaturePositive { get; init; } = 1.0;

    /// <summary>SAPO's temperature otherwise. Default 1.05 (TRL, paper).</summary>
    public double TemperatureNegative { get; init; } = 1.05;

    /// <summary>VESPO's exponent k for A of at least 0. Default 2 (TRL).</summary>
    public double VespoExponentPositive { get; init; } = 2;

    /// <summary>VESPO's decay λ for A of at least 0. Default 3 (TRL).</summary>
    public double VespoDecayPositive { get; init; } = 3;

    /// <summary>VESPO's exponent k for A below 0. Default 3 (TRL).</summary>
    public double VespoExponentNegative { get; init; } = 3;

    /// <summary>VESPO's decay λ for A below 0. Default 2 (TRL).</summary>
    public double VespoDecayNegative { get; init; } = 2;

    /// <summary>Share of tokens, those of highest covariance, that KL-Cov penalises. Default 0; KL-Cov 2e-4 (verl).</summary>
    public double KlCovRatio { get; init; }

    /// <summary>KL-Cov's weight of |new - old|. Default 0.1 (verl's recipe; its code falls back to 1).</summary>
    public double KlCovCoefficient { get; init; } = 0.1;

    /// <summary>Refuses values out of range, by the name that a recipe uses.</summary>
    public PolicyOptions Validated()
    {
        Require(EpsilonLow >= 0, "epsilon_low", "must be at least 0.");
        Require(EpsilonHigh >= 0, "epsilon_high", "must be at least 0.");
        Require(Delta is null or > 0, "delta", "must be above 0.");
        Require(DualClip is null or > 1, "dual_clip", "must be above 1.");
        Require(LogRatioClamp is null or > 0, "log_ratio_clamp", "must be above 0.");
        Require(ScaleFactor is null or > 0, "scale_factor", "must be above 0.");
        Require(LengthEpsilon >= 0, "length_epsilon", "must be at least 0.");
        Require(KlCoefficient >= 0, "kl_coefficient", "must be at least 0.");
        Require(TopEntropyQuantile is >= 0 and <= 1, "top_entropy_quantile", "must lie between 0 and 1.");
        Require(TemperaturePositive > 0, "temperature_positive", "must be above 0.");
        Require(TemperatureNegative > 0, "temperature_negative", "must be above 0.");
        Require(KlCovRatio is >= 0 and <= 1, "kl_cov_ratio", "must lie between 0 and 1.");
        return this;
    }

    private static void Require(bool holds, string field, string problem)
    {
        if (!holds) throw new UserError(problem, field: "objective." + field);
    }
}
