using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Over what the importance weight exp(new - old) is taken.</summary>
public enum ImportanceLevel
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
public sealed record PolicyOptions
{
    /// <summary>Ratios below 1 minus this are clipped. Default 0.2 (PPO, TRL, verl). GMPO: a bound on the log ratio.</summary>
    [Description("Ratios below 1 minus this are clipped.")]
    [InRange(0)]
    public double EpsilonLow { get; init; } = 0.2;

    /// <summary>Ratios above 1 plus this are clipped. Default 0.2; DAPO raises it to 0.28 ("clip higher"). CISPO: see there.</summary>
    [Description("Ratios above 1 plus this are clipped; of cispo the greatest weight itself.")]
    [InRange(0)]
    public double EpsilonHigh { get; init; } = 0.2;

    /// <summary>Upper bound on the unclipped ratio too, for negative advantages (two-sided clip, INTELLECT-2). Default none; above 1 + <see cref="EpsilonHigh"/>.</summary>
    [Description("Upper bound on the unclipped ratio too, for negative advantages; none if left out, else above 1 + epsilon_high.")]
    [InRange(0, MinExclusive = true)]
    public double? Delta { get; init; }

    /// <summary>For negative advantages the term never exceeds this times |A| (arXiv 1912.09729). Default none; verl's PPO 3.</summary>
    [Description("For negative advantages the term never exceeds this times the advantage's size; none if left out.")]
    [InRange(1, MinExclusive = true)]
    public double? DualClip { get; init; }

    /// <summary>Bound on |new - old| before exp, no gradient beyond. Default none (TRL); verl 20.</summary>
    [Description("Bound on the log ratio's size, no gradient beyond; none if left out.")]
    [InRange(0, MinExclusive = true)]
    public double? LogRatioClamp { get; init; }

    /// <summary>Over what the importance weight is taken. Default: each token.</summary>
    [Description("Over what the importance weight is taken: token, sequence (the geometric mean of its tokens') or sequence_product.")]
    public ImportanceLevel Level { get; init; }

    /// <summary>How the terms of tokens become one number. Default: mean over sequences of the mean over tokens (GRPO).</summary>
    [Description("How the terms of tokens become one number.")]
    public LossAggregation Aggregation { get; init; } = LossAggregation.SequenceMeanTokenMean;

    /// <summary>Whether a sequence without a token in the loss counts in means over sequences. Default true (TRL); verl: false.</summary>
    [Description("Whether a sequence without a token in the loss counts in means over sequences.")]
    public bool CountEmptySequences { get; init; } = true;

    /// <summary>Added to each length that divides. Default 0; verl 1e-8.</summary>
    [Description("Added to each length that divides.")]
    [InRange(0)]
    public double LengthEpsilon { get; init; }

    /// <summary>The divisor of <see cref="LossAggregation.TokenSumNorm"/>. Default: sequences times completion limit (Dr.GRPO); verl: the longest length.</summary>
    [Description("Divisor of seq-mean-token-sum-norm; sequences times max_tokens if left out.")]
    [InRange(0, MinExclusive = true)]
    public double? ScaleFactor { get; init; }

    /// <summary>Weight of the KL term to the reference policy in the loss. Default 0, no reference model is kept (TRL; DAPO drops it).</summary>
    [Description("Weight of the KL to the reference policy in the loss; with 0 no reference is kept for it.")]
    [InRange(0)]
    public double KlCoefficient { get; init; }

    /// <summary>Estimator of that KL. Default k3, non-negative and unbiased (GRPO paper, equation 4).</summary>
    [Description("Estimator of that KL, of d = log policy - log reference: k1 (d), abs, k2 (d²/2) or k3 (e^-d + d - 1).")]
    public KlKind Kl { get; init; } = KlKind.K3;

    /// <summary>Take the gradient of k2 whatever the estimator (verl's "+"): its expectation is the gradient of the KL.</summary>
    [Description("Takes the gradient of k2 whatever the estimator.")]
    public bool KlStraightThrough { get; init; }

    /// <summary>Clamp k3 as verl does: input to ±20, output to ±10. Default false (TRL).</summary>
    [Description("Clamps k3's input to ±20 and its output to ±10, as verl does.")]
    public bool KlClamped { get; init; }

    /// <summary>Multiply the KL by the importance weight, gradient through both (TRL <c>use_bias_correction_kl</c>; DeepSeek-V3.2, arXiv 2512.02556).</summary>
    [Description("Multiplies the KL by the importance weight, gradient through both.")]
    public bool KlImportanceWeighted { get; init; }

    /// <summary>Weight of the entropy bonus. Default 0.</summary>
    [Description("Weight of the entropy bonus.")]
    public double EntropyCoefficient { get; init; }

    /// <summary>Only this share of tokens, those of highest entropy, stays in the policy term (arXiv 2506.01939). Default 1, all.</summary>
    [Description("Only this share of tokens, those of highest entropy, stays in the policy term.")]
    [InRange(0, 1)]
    public double TopEntropyQuantile { get; init; } = 1;

    /// <summary>Sequences with A below 0 whose mean log(sampler / new) exceeds this leave the policy term (arXiv 2512.02556). Default none; 0.5 is a start.</summary>
    [Description("Samples with a negative advantage whose mean log(sampler / policy) exceeds this leave the policy term; none if left out.")]
    public double? OffPolicyThreshold { get; init; }

    /// <summary>SAPO's temperature for A above 0. Default 1 (TRL, paper).</summary>
    [Description("Of sapo: temperature for positive advantages.")]
    [InRange(0, MinExclusive = true)]
    public double TemperaturePositive { get; init; } = 1.0;

    /// <summary>SAPO's temperature otherwise. Default 1.05 (TRL, paper).</summary>
    [Description("Of sapo: temperature for the others.")]
    [InRange(0, MinExclusive = true)]
    public double TemperatureNegative { get; init; } = 1.05;

    /// <summary>VESPO's exponent k for A of at least 0. Default 2 (TRL).</summary>
    [Description("Of vespo: exponent k for advantages from 0.")]
    public double VespoExponentPositive { get; init; } = 2;

    /// <summary>VESPO's decay λ for A of at least 0. Default 3 (TRL).</summary>
    [Description("Of vespo: decay λ for advantages from 0.")]
    public double VespoDecayPositive { get; init; } = 3;

    /// <summary>VESPO's exponent k for A below 0. Default 3 (TRL).</summary>
    [Description("Of vespo: exponent k for advantages below 0.")]
    public double VespoExponentNegative { get; init; } = 3;

    /// <summary>VESPO's decay λ for A below 0. Default 2 (TRL).</summary>
    [Description("Of vespo: decay λ for advantages below 0.")]
    public double VespoDecayNegative { get; init; } = 2;

    /// <summary>Share of tokens, those of highest covariance, that KL-Cov penalises. Default 0; KL-Cov 2e-4 (verl).</summary>
    [Description("Of kl_cov: share of tokens, those of highest covariance, that are penalised.")]
    [InRange(0, 1)]
    public double KlCovRatio { get; init; }

    /// <summary>KL-Cov's weight of |new - old|. Default 0.1 (verl's recipe; its code falls back to 1).</summary>
    [Description("Of kl_cov: weight of their log ratio's size.")]
    [InRange(0)]
    public double KlCovCoefficient { get; init; } = 0.1;

    /// <summary>Refuses values out of range, by the names that a recipe uses.</summary>
    internal PolicyOptions Validated()
    {
        foreach (var field in RecipeType.Of(typeof(PolicyOptions)).Fields)
        {
            if (field.Range is { } range && field.Property.GetValue(this) is double value && !range.Contains(value))
                throw new UserError($"{value} is out of range: it must be {range}.", field: "objective." + field.Key);
        }

        return this;
    }
}
