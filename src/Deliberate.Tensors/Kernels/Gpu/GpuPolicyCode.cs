using ILGPU;

namespace Deliberate.Tensors;

/// <summary>How many elements apart the rows of statistics and of the gradient are.</summary>
internal readonly record struct PolicyRowsShape(int StatisticsRow, int UpstreamRow);

/// <summary>
/// The gradients of the policy objectives: a thread takes a sequence, since weights and clips of some are the sequence's. The formulas are those
/// of the objectives themselves, step for step, which say where they come from.
/// </summary>
internal static class GpuPolicyCode
{
    /// <summary>Bounds of GSPO's and VESPO's log weights.</summary>
    private const float SequenceCap = 10, SmoothBound = 20, SmoothFloor = -18.420681f;

    public static void Gradient(
        Index1D index, ArrayView<int> sequences, ArrayView<float> numbers, ArrayView<float> tokens, ArrayView<float> statistics, ArrayView<float> upstream, PolicyRowsShape s, PolicyTerm term)
    {
        int row = sequences[index * 3], first = sequences[(index * 3) + 1], length = sequences[(index * 3) + 2];
        float count = numbers[index * 2], logWeights = numbers[(index * 2) + 1];
        var counted = count > 1 ? count : 1;
        float ratios = 0, unbounded = 0, drift = 0, smooth = 0, geometric = 0, advantages = 0, coefficients = 0;
        for (var t = 0; t < length; t++)
        {
            var at = (long)(first + t) * PolicyToken.Count;
            if (tokens[at + PolicyToken.Weight] == 0) continue;
            float logp = statistics[(long)(row + t) * s.StatisticsRow], advantage = tokens[at + PolicyToken.Advantage];
            var ratio = logp - tokens[at + PolicyToken.Old];
            ratios += Clamp(ratio, -term.RatioBound, term.RatioBound);
            unbounded += ratio;
            smooth += Clamp(ratio, -SmoothBound, SmoothBound);
            geometric += Clip(ratio, advantage, term);
            advantages += advantage;
            drift += tokens[at + PolicyToken.Sampler] - logp;
        }

        var isOff = 0;
        if (drift / counted > term.DriftBound) isOff = 1;
        for (var t = 0; t < length; t++)
            coefficients += Coefficient(tokens, (long)(first + t) * PolicyToken.Count, isOff);

        var shared = 0f;
        for (var t = 0; t < length; t++)
        {
            var at = (long)(first + t) * PolicyToken.Count;
            var to = (long)(row + t) * s.UpstreamRow;
            if (tokens[at + PolicyToken.Weight] == 0) continue;
            float logp = statistics[(long)(row + t) * s.StatisticsRow], advantage = tokens[at + PolicyToken.Advantage];
            var ratio = logp - tokens[at + PolicyToken.Old];
            var weight = Clamp(ratio, -term.RatioBound, term.RatioBound);
            if (term.Level == PolicyWeightLevel.Mean) weight = ratios / counted;
            if (term.Level == PolicyWeightLevel.Product) weight = ratios;
            var coefficient = Coefficient(tokens, at, isOff);
            float byWeight = 0, byLogp = 0;
            if (coefficient != 0)
            {
                if (term.Kind == PolicyTermKind.Clipped) byWeight = coefficient * Clipped(GpuMath.Exp(weight), advantage, term);
                else if (term.Kind == PolicyTermKind.SequenceToken) byLogp = coefficient * SequenceToken(unbounded / counted, advantage, term);
                else if (term.Kind == PolicyTermKind.Weighted) byLogp = -coefficient * Clamp(GpuMath.Exp(weight), term.Low, term.High) * advantage;
                else if (term.Kind == PolicyTermKind.Gated) byWeight = -coefficient * Gated(GpuMath.Exp(weight), advantage, term);
                else if (term.Kind == PolicyTermKind.Smooth) byLogp = -coefficient * Smooth(Clamp(smooth + logWeights, SmoothFloor, SmoothBound), advantage, term) * advantage;
                else if (term.Kind == PolicyTermKind.Covariance)
                {
                    byWeight = -coefficient * GpuMath.Exp(weight) * advantage;
                    byLogp = coefficient * tokens[at + PolicyToken.Penalty] * Sign(ratio);
                }
                else if (term.Kind == PolicyTermKind.Plain) byLogp = -coefficient * advantage;
            }

            if (term.Kind == PolicyTermKind.GeometricMean && coefficients != 0)
            {
                var divisor = count + term.LengthEpsilon;
                var sequence = -coefficients * GpuMath.Exp((geometric + logWeights) / divisor) * (advantages / divisor) * (divisor / count);
                byLogp = sequence * Moves(ratio, advantage, term) / divisor;
            }

            if (term.KlScale != 0)
            {
                float scale = term.KlScale * tokens[at + PolicyToken.Weight], d = logp - tokens[at + PolicyToken.Reference], importance = 1f;
                if (term.KlWeighted != 0)
                {
                    importance = GpuMath.Exp(weight);
                    byWeight += scale * Divergence(d, term) * importance;
                }

                byLogp += scale * DivergenceSlope(d, term) * importance;
            }

            shared += byWeight;
            // Beyond the bound a ratio stands still.
            if (term.Level == PolicyWeightLevel.Token && Size(ratio) <= term.RatioBound) byLogp += byWeight;
            upstream[to] = byLogp;
            upstream[to + 1] = tokens[at + PolicyToken.EntropySlope];
        }

        if (term.Level == PolicyWeightLevel.Token) return;
        if (term.Level == PolicyWeightLevel.Mean) shared /= counted;
        for (var t = 0; t < length; t++)
        {
            var at = (long)(first + t) * PolicyToken.Count;
            if (tokens[at + PolicyToken.Weight] == 0) continue;
            var ratio = statistics[(long)(row + t) * s.StatisticsRow] - tokens[at + PolicyToken.Old];
            if (Size(ratio) <= term.RatioBound) upstream[(long)(row + t) * s.UpstreamRow] += shared;
        }
    }

    /// <summary>What a token's term is multiplied by: 0 where the drift leaves it out.</summary>
    private static float Coefficient(ArrayView<float> tokens, long at, int isOff)
    {
        if (isOff != 0 && tokens[at + PolicyToken.Advantage] < 0) return 0;
        return tokens[at + PolicyToken.Coefficient];
    }

    private static float Clipped(float ratio, float advantage, PolicyTerm term)
    {
        var first = ratio < term.Cap ? ratio : term.Cap;
        var clipped = Clamp(ratio, term.Low, term.High);
        float u = first * advantage, v = clipped * advantage, slopeU = 0, slopeV = 0;
        if (ratio <= term.Cap) slopeU = ratio * advantage;
        if (ratio >= term.Low && ratio <= term.High) slopeV = ratio * advantage;
        // Ties are halved, as PyTorch does.
        float value = -u, slope = -(slopeU + slopeV) / 2;
        if (u < v) slope = -slopeU;
        if (u > v)
        {
            value = -v;
            slope = -slopeV;
        }

        if (advantage < 0 && value > -advantage * term.Dual) slope = 0;
        return slope;
    }

    private static float SequenceToken(float logWeight, float advantage, PolicyTerm term)
    {
        if (logWeight > SequenceCap) return 0;
        var ratio = GpuMath.Exp(logWeight);
        if (-advantage * Clamp(ratio, term.Low, term.High) > -advantage * ratio) return 0;
        return -advantage * ratio;
    }

    private static float Gated(float ratio, float advantage, PolicyTerm term)
    {
        var temperature = advantage > 0 ? term.Positive : term.Negative;
        var slope = GpuMath.Sigmoid(temperature * (ratio - 1)) * GpuMath.Sigmoid(-temperature * (ratio - 1));
        return slope > 0 ? 4 * slope * ratio * advantage : 0;
    }

    private static float Smooth(float log, float advantage, PolicyTerm term)
    {
        float exponent = term.Negative, decay = term.NegativeDecay;
        if (advantage >= 0)
        {
            exponent = term.Positive;
            decay = term.PositiveDecay;
        }

        return GpuMath.Exp(decay + (exponent * log) - (decay * GpuMath.Exp(log)));
    }

    /// <summary>A log ratio, clipped on the side that the advantage's sign pushes to; 0 without a sign.</summary>
    private static float Clip(float ratio, float advantage, PolicyTerm term)
    {
        if (advantage > 0) return ratio > term.High ? term.High : ratio;
        if (advantage < 0) return ratio < term.Low ? term.Low : ratio;
        return 0;
    }

    private static float Moves(float ratio, float advantage, PolicyTerm term)
    {
        if (advantage > 0) return (ratio > term.High ? 2f : 3f) - 2f;
        if (advantage < 0) return (ratio < term.Low ? 2f : 3f) - 2f;
        return 0;
    }

    private static float Divergence(float d, PolicyTerm term)
    {
        if (term.KlKind == 0) return d;
        if (term.KlKind == 1) return Size(d);
        if (term.KlKind == 2) return d * d / 2;
        var value = ExcessOfExp(term.KlClamped != 0 ? Clamp(-d, -20, 20) : -d);
        return term.KlClamped != 0 ? Clamp(value, -10, 10) : value;
    }

    private static float DivergenceSlope(float d, PolicyTerm term)
    {
        if (term.KlStraightThrough != 0) return d;
        if (term.KlKind == 0) return 1;
        if (term.KlKind == 1) return Sign(d);
        if (term.KlKind == 2) return d;
        if (term.KlClamped != 0 && (Size(d) > 20 || ExcessOfExp(-d) > 10)) return 0;
        return -(ExcessOfExp(-d) - d);
    }

    /// <summary>e^z - 1 - z, by its series where the difference would lose its digits.</summary>
    private static float ExcessOfExp(float z)
    {
        if (Size(z) > 0.5f) return GpuMath.Exp(z) - 1 - z;
        return z * z * (0.5f + (z * (0.16666667f + (z * (0.041666667f + (z * (0.0083333333f + (z * (0.0013888889f + (z * (0.0001984127f + (z * 0.0000248016f))))))))))));
    }

    private static float Sign(float x)
    {
        // Not by 0 and 1: a comparison that is made a number is 0 on pocl.
        return (x > 0 ? 4f : x < 0 ? 2f : 3f) - 3f;
    }

    private static float Size(float x) => x < 0 ? -x : x;

    private static float Clamp(float x, float low, float high)
    {
        if (x < low) return low;
        return x > high ? high : x;
    }
}
