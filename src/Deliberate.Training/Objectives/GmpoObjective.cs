using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// Geometric-mean policy optimisation (GMPO, arXiv 2507.20673): <c>-exp(mean over tokens of c_t) A</c>, where c_t = new - old is
/// clipped in log space to [-ε_low, ε_high], only on the side that the sign of A pushes to. One outlier token cannot dominate.
/// One term a sequence, averaged over sequences. ε 0.4 (paper). Source of the numbers: TRL 1.16 <c>GMPOTrainer</c>; verl 0.7
/// <c>geo_mean</c> adds 1e-8 to lengths and takes the geometric mean of sampler weights (here done for both).
/// </summary>
internal sealed class GmpoObjective(PolicyOptions options) : PolicyObjective("gmpo", options)
{
    public static PolicyObjectiveEntry Entry { get; } = new(
        "gmpo", "arXiv 2507.20673; TRL 1.16 GMPOTrainer",
        new PolicyOptions { EpsilonLow = 0.4, EpsilonHigh = 0.4 }, options => new GmpoObjective(options))
    { TakesTokenAdvantages = false, Reads = ["epsilon_low", "epsilon_high", "length_epsilon"] };

    protected override bool TakesSamplerWeights => true;

    internal override PolicyTermKind DeviceTerm => PolicyTermKind.GeometricMean;

    internal override (double Low, double High) DeviceBounds => (-Options.EpsilonLow, Options.EpsilonHigh);

    internal override double LogOfSamplerWeight(double weight) => Math.Log(weight + 1e-10);

    protected override double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics)
    {
        if (sequence.Tokens == 0) return 0;
        var length = sequence.Tokens + Options.LengthEpsilon;
        double sum = 0, advantage = 0, weights = 0, coefficient = 0, low = 0, high = 0;
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            sum += Clip(sequence.LogRatios[t], sequence.Advantage(t), out _);
            advantage += sequence.Advantage(t);
            coefficient += sequence.Coefficients[t];
            if (!sequence.SamplerWeights.IsEmpty) weights += LogOfSamplerWeight(sequence.SamplerWeights[sequence.SamplerWeights.Length == 1 ? 0 : t]);
            if (sequence.LogRatios[t] < -Options.EpsilonLow && sequence.Advantage(t) < 0) low++;
            if (sequence.LogRatios[t] > Options.EpsilonHigh && sequence.Advantage(t) > 0) high++;
        }

        metrics.AddClips(low, high, sequence.Tokens);
        if (coefficient == 0) return 0;

        // The coefficients of the tokens add up to the weight of the sequence.
        var term = -coefficient * Math.Exp((sum + weights) / length) * (advantage / length) * (length / sequence.Tokens);
        for (var t = 0; t < sequence.Length; t++)
        {
            if (!sequence.InLoss(t)) continue;
            Clip(sequence.LogRatios[t], sequence.Advantage(t), out var slope);
            gradLogp[t] += term * slope / length;
        }

        return term;
    }

    private double Clip(double ratio, double advantage, out double slope)
    {
        var clipped = Math.Clamp(ratio, -Options.EpsilonLow, Options.EpsilonHigh);
        var sign = Math.Sign(advantage);
        var isClipped = sign * clipped < sign * ratio;
        slope = isClipped ? 0 : sign == 0 ? 0 : 1;
        return sign == 0 ? 0 : isClipped ? clipped : ratio;
    }
}
