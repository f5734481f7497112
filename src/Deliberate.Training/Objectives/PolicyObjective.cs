using System.Buffers;
using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// The steps that all policy objectives share, in TRL's order (TRL 1.16 <c>GRPOTrainer._compute_loss</c>):
/// log ratio, importance weight of the level, the objective's term times off-policy mask, entropy mask and sampler weight,
/// plus the KL to the reference, aggregation, entropy bonus. A subclass is the term alone.
/// </summary>
/// <param name="name">The name in recipes.</param>
/// <param name="options">Refused with a <see cref="UserError"/> where one is out of its range.</param>
public abstract class PolicyObjective(string name, PolicyOptions options) : IPolicyObjective
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public PolicyOptions Options { get; } = options.Validated();

    /// <summary>Whether the term uses the sampler weights itself instead of being multiplied by them.</summary>
    protected virtual bool TakesSamplerWeights => false;

    /// <summary>The term as a device with memory of its own has the gradient of; none where only <see cref="Term"/> knows it.</summary>
    internal virtual PolicyTermKind DeviceTerm => PolicyTermKind.None;

    /// <summary>Whether the sampler's weights go into the term itself, as the sum of these logarithms over a sequence.</summary>
    internal bool TakesSamplerLogarithms => TakesSamplerWeights;

    /// <summary>Bounds of the weight, as the device's term has them.</summary>
    internal virtual (double Low, double High) DeviceBounds => (1 - Options.EpsilonLow, 1 + Options.EpsilonHigh);

    /// <summary>A sampler's weight as the term adds it to the logarithm of the sequence's; 0 where it does not.</summary>
    internal virtual double LogOfSamplerWeight(double weight) => 0;

    /// <inheritdoc/>
    public double Evaluate(in PolicyBatch batch, in BatchNormalisers normalisers, Span<double> gradLogp, Span<double> gradEntropy, PolicyMetrics metrics)
    {
        batch.Check(Options);
        if (gradLogp.Length != batch.Tokens) throw new ArgumentException("gradLogp must have one value a token.", nameof(gradLogp));
        gradLogp.Clear();
        gradEntropy.Clear();
        var longest = 0;
        for (var i = 0; i < batch.Sequences; i++) longest = Math.Max(longest, batch.Length(i));
        var scratch = ArrayPool<double>.Shared.Rent(Math.Max(4 * longest, 1));
        try
        {
            double loss = 0;
            for (int i = 0, start = 0; i < batch.Sequences; start += batch.Length(i++))
                loss += Sequence(batch, normalisers, i, start, gradLogp.Slice(start, batch.Length(i)), scratch, metrics);
            return loss + EntropyBonus(batch, normalisers, gradEntropy, metrics);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scratch);
        }
    }

    /// <summary>
    /// Adds up <c>Coefficients[t] * term[t]</c> over a sequence. Tokens whose coefficient is 0 must not be evaluated into the
    /// sum: their ratio may be infinite.
    /// </summary>
    /// <param name="sequence">The sequence.</param>
    /// <param name="gradLogWeight">Added to: d sum / d <see cref="PolicySequence.LogWeights"/>; the shared steps carry it on to log new.</param>
    /// <param name="gradLogp">Added to: the part of d sum / d log new that does not go through the weights.</param>
    /// <param name="normalisers">Of the whole batch.</param>
    /// <param name="metrics">Added to.</param>
    protected abstract double Term(in PolicySequence sequence, Span<double> gradLogWeight, Span<double> gradLogp, in BatchNormalisers normalisers, PolicyMetrics metrics);

    private double Sequence(in PolicyBatch batch, in BatchNormalisers normalisers, int index, int start, Span<double> gradLogp, double[] scratch, PolicyMetrics metrics)
    {
        var length = gradLogp.Length;
        var ratios = scratch.AsSpan(0, length);
        var weights = scratch.AsSpan(length, length);
        var coefficients = scratch.AsSpan(2 * length, length);
        var gradWeight = scratch.AsSpan(3 * length, length);
        gradWeight.Clear();
        metrics.AddSequence();

        double tokens = 0;
        for (var t = 0; t < length; t++)
        {
            ratios[t] = batch.LogpOld.IsEmpty ? 0 : batch.LogpNew[start + t] - batch.LogpOld[start + t];
            if (!batch.InLoss(start + t)) continue;
            tokens++;
            metrics.AddToken(ratios[t]);
        }

        LogWeights(batch, start, ratios, weights, tokens);
        var token = Aggregation.TokenWeight(Options, normalisers, tokens);
        Coefficients(batch, normalisers, index, start, tokens, token, coefficients);
        var sequence = new PolicySequence
        {
            LogpNew = batch.LogpNew.Slice(start, length),
            LogRatios = ratios,
            LogWeights = weights,
            Coefficients = coefficients,
            Mask = batch.Mask.IsEmpty ? default : batch.Mask.Slice(start, length),
            Advantages = batch.TokenAdvantages.IsEmpty ? batch.Advantages.Slice(index, 1) : batch.TokenAdvantages.Slice(start, length),
            AdvantagePerSequence = batch.TokenAdvantages.IsEmpty,
            SamplerWeights = !batch.TokenWeights.IsEmpty ? batch.TokenWeights.Slice(start, length)
                : !batch.SequenceWeights.IsEmpty ? batch.SequenceWeights.Slice(index, 1) : default,
            Tokens = tokens,
        };
        var loss = Term(sequence, gradWeight, gradLogp, normalisers, metrics);
        loss += Kl(batch, start, weights, token, gradWeight, gradLogp, metrics);
        ThroughWeights(batch, start, ratios, tokens, gradWeight, gradLogp);
        return loss;
    }

    /// <summary>The log importance weight, one a token or the same for the whole sequence.</summary>
    private void LogWeights(in PolicyBatch batch, int start, ReadOnlySpan<double> ratios, Span<double> weights, double tokens)
    {
        var bound = Options.LogRatioClamp ?? double.PositiveInfinity;
        double sum = 0;
        for (var t = 0; t < ratios.Length; t++)
        {
            weights[t] = Math.Clamp(ratios[t], -bound, bound);
            if (batch.InLoss(start + t)) sum += weights[t];
        }

        if (Options.Level == ImportanceLevel.Sequence) weights.Fill(sum / Math.Max(tokens, 1));
        else if (Options.Level == ImportanceLevel.SequenceProduct) weights.Fill(sum);
    }

    /// <summary>Carries the gradient by the log weights on to log new; there is none beyond the clamp.</summary>
    private void ThroughWeights(in PolicyBatch batch, int start, ReadOnlySpan<double> ratios, double tokens, ReadOnlySpan<double> gradWeight, Span<double> gradLogp)
    {
        var bound = Options.LogRatioClamp ?? double.PositiveInfinity;
        double shared = 0;
        if (Options.Level != ImportanceLevel.Token)
        {
            foreach (var g in gradWeight) shared += g;
            if (Options.Level == ImportanceLevel.Sequence) shared /= Math.Max(tokens, 1);
        }

        for (var t = 0; t < ratios.Length; t++)
        {
            if (!batch.InLoss(start + t) || !(Math.Abs(ratios[t]) <= bound)) continue;
            gradLogp[t] += Options.Level == ImportanceLevel.Token ? gradWeight[t] : shared;
        }
    }

    private void Coefficients(in PolicyBatch batch, in BatchNormalisers normalisers, int index, int start, double tokens, double token, Span<double> coefficients)
    {
        var offPolicy = Options.OffPolicyThreshold is { } threshold && MeanDrift(batch, start, coefficients.Length, tokens) > threshold;
        for (var t = 0; t < coefficients.Length; t++)
        {
            var at = start + t;
            coefficients[t] = 0;
            if (!batch.InLoss(at) || !EntropyMask.Keeps(normalisers.EntropyThreshold, batch.Entropies, at)) continue;
            if (offPolicy && batch.AdvantageAt(index, at) < 0) continue;
            coefficients[t] = token;
            if (TakesSamplerWeights) continue;
            if (!batch.TokenWeights.IsEmpty) coefficients[t] *= batch.TokenWeights[at];
            if (!batch.SequenceWeights.IsEmpty) coefficients[t] *= batch.SequenceWeights[index];
        }
    }

    /// <summary>Mean over the sequence of log(sampler / new); the old policy stands for the sampler where that is not known.</summary>
    private static double MeanDrift(in PolicyBatch batch, int start, int length, double tokens)
    {
        var from = !batch.LogpSampler.IsEmpty ? batch.LogpSampler : !batch.LogpOld.IsEmpty ? batch.LogpOld : batch.LogpNew;
        double sum = 0;
        for (var t = start; t < start + length; t++)
            if (batch.InLoss(t)) sum += from[t] - batch.LogpNew[t];
        return sum / Math.Max(tokens, 1);
    }

    /// <summary>Unlike the policy term, the KL stays on every token in the loss, whatever the masks and sampler weights.</summary>
    private double Kl(in PolicyBatch batch, int start, ReadOnlySpan<double> weights, double token, Span<double> gradWeight, Span<double> gradLogp, PolicyMetrics metrics)
    {
        if (batch.LogpReference.IsEmpty) return 0;
        double loss = 0;
        var scale = Options.KlCoefficient * token;
        for (var t = 0; t < weights.Length; t++)
        {
            if (!batch.InLoss(start + t)) continue;
            var d = batch.LogpNew[start + t] - batch.LogpReference[start + t];
            var value = KlEstimator.Evaluate(Options.Kl, d, out var slope, Options.KlStraightThrough, Options.KlClamped);
            if (Options.KlImportanceWeighted)
            {
                var weight = Math.Exp(weights[t]);
                value *= weight;
                slope *= weight;
                if (scale != 0) gradWeight[t] += scale * value;
            }

            metrics.AddReference(d, value);
            if (scale == 0) continue;
            loss += scale * value;
            gradLogp[t] += scale * slope;
        }

        return loss;
    }

    private double EntropyBonus(in PolicyBatch batch, in BatchNormalisers normalisers, Span<double> gradEntropy, PolicyMetrics metrics)
    {
        if (batch.Entropies.IsEmpty) return 0;
        double loss = 0;
        var slope = -Options.EntropyCoefficient / Math.Max(normalisers.KeptTokens, 1);
        for (var t = 0; t < batch.Tokens; t++)
        {
            if (!batch.InLoss(t)) continue;
            metrics.AddEntropy(batch.Entropies[t]);
            if (slope == 0 || !EntropyMask.Keeps(normalisers.EntropyThreshold, batch.Entropies, t)) continue;
            loss += slope * batch.Entropies[t];
            gradEntropy[t] = slope;
        }

        return loss;
    }
}
