using Deliberate.Tensors;

namespace Deliberate.Training;

/// <summary>
/// An objective's gradient on a device with memory of its own: packs what is known before the forward pass (advantages, old and reference
/// log-probabilities, what each token's term is multiplied by; which tokens an entropy mask or a covariance picks, known of the scoring pass
/// that those take) and lets the device make the rest of it from what it computed. The loss and all that is measured come from <see cref="PolicyObjective.Evaluate"/> once the step is over.
/// </summary>
internal sealed class QueuedPolicyGradient
{
    private int[] _sequences = [];
    private float[] _numbers = [], _tokens = [];

    /// <summary>Whether a device and an objective have it.</summary>
    public static bool Has(Device device, IPolicyObjective objective) => device.Kernels is IQueuedLosses && objective is PolicyObjective { DeviceTerm: not PolicyTermKind.None };

    /// <summary>Writes the gradient for a micro-batch whose statistics have been computed.</summary>
    /// <param name="batch">Whose new log-probabilities and entropies are looked at only where a scoring pass has filled them.</param>
    /// <param name="firstRows">Row of each sequence's first token.</param>
    public void Run(Device device, PolicyObjective objective, in PolicyBatch batch, in BatchNormalisers normalisers, ReadOnlySpan<int> firstRows, Tensor statistics, Tensor upstream, int rows)
    {
        var options = objective.Options;
        var sequences = Room(ref _sequences, 3 * batch.Sequences);
        var numbers = Room(ref _numbers, 2 * batch.Sequences);
        var tokens = Room(ref _tokens, PolicyToken.Count * batch.Tokens);
        tokens.Clear();
        var slope = -options.EntropyCoefficient / Math.Max(normalisers.KeptTokens, 1);
        for (int i = 0, start = 0; i < batch.Sequences; start += batch.Length(i++))
        {
            var length = batch.Length(i);
            double counted = 0, logarithms = 0;
            for (var t = start; t < start + length; t++) counted += batch.InLoss(t) ? 1 : 0;
            var weight = Aggregation.TokenWeight(options, normalisers, counted);
            for (var t = start; t < start + length; t++)
            {
                var token = tokens.Slice(t * PolicyToken.Count, PolicyToken.Count);
                if (objective.TakesSamplerLogarithms) logarithms += LogOfSampler(objective, batch, i, t, isFirst: t == start);
                if (!batch.InLoss(t)) continue;
                token[PolicyToken.Old] = (float)batch.LogpOld[t];
                token[PolicyToken.Reference] = batch.LogpReference.IsEmpty ? 0 : (float)batch.LogpReference[t];
                token[PolicyToken.Sampler] = (float)(batch.LogpSampler.IsEmpty ? batch.LogpOld[t] : batch.LogpSampler[t]);
                token[PolicyToken.Advantage] = (float)batch.AdvantageAt(i, t);
                token[PolicyToken.Weight] = (float)weight;
                if (!EntropyMask.Keeps(normalisers.EntropyThreshold, batch.Entropies, t)) continue;
                token[PolicyToken.EntropySlope] = (float)slope;
                if (options.KlCovRatio > 0 && objective.DeviceTerm == PolicyTermKind.Covariance && KlCovObjective.IsPenalised(normalisers, batch.AdvantageAt(i, t), batch.LogpNew[t])) token[PolicyToken.Penalty] = (float)options.KlCovCoefficient;
                token[PolicyToken.Coefficient] = (float)(objective.TakesSamplerLogarithms ? weight : weight * SamplerWeight(batch, i, t));
            }

            (sequences[3 * i], sequences[(3 * i) + 1], sequences[(3 * i) + 2]) = (firstRows[i], start, length);
            (numbers[2 * i], numbers[(2 * i) + 1]) = ((float)counted, (float)logarithms);
        }

        ((IQueuedLosses)device.Kernels).PolicyGradient(TermOf(objective, batch), sequences, numbers, tokens, statistics, upstream, rows);
    }

    private static double SamplerWeight(in PolicyBatch batch, int sequence, int token) =>
        (batch.TokenWeights.IsEmpty ? 1 : batch.TokenWeights[token]) * (batch.SequenceWeights.IsEmpty ? 1 : batch.SequenceWeights[sequence]);

    /// <summary>As the terms that take them add them up: VESPO each that there is, GMPO that of each token in the loss.</summary>
    private static double LogOfSampler(PolicyObjective objective, in PolicyBatch batch, int sequence, int token, bool isFirst)
    {
        var counts = objective.DeviceTerm == PolicyTermKind.Smooth || batch.InLoss(token);
        if (!batch.TokenWeights.IsEmpty) return counts ? objective.LogOfSamplerWeight(batch.TokenWeights[token]) : 0;
        if (batch.SequenceWeights.IsEmpty) return 0;
        if (objective.DeviceTerm == PolicyTermKind.Smooth) counts = isFirst;
        return counts ? objective.LogOfSamplerWeight(batch.SequenceWeights[sequence]) : 0;
    }

    private static PolicyTerm TermOf(PolicyObjective objective, in PolicyBatch batch)
    {
        var options = objective.Options;
        var (low, high) = objective.DeviceBounds;
        var (positive, negative) = objective.DeviceTerm == PolicyTermKind.Smooth
            ? (options.VespoExponentPositive, options.VespoExponentNegative) : (options.TemperaturePositive, options.TemperatureNegative);
        return new PolicyTerm(
            objective.DeviceTerm,
            options.Level switch
            {
                ImportanceLevel.Sequence => PolicyWeightLevel.Mean,
                ImportanceLevel.SequenceProduct => PolicyWeightLevel.Product,
                _ => PolicyWeightLevel.Token,
            },
            (float)low, (float)high, Bound(options.Delta), Bound(options.DualClip), Bound(options.LogRatioClamp),
            (float)positive, (float)negative, (float)options.VespoDecayPositive, (float)options.VespoDecayNegative,
            batch.LogpReference.IsEmpty ? 0 : (float)options.KlCoefficient, (int)options.Kl,
            options.KlStraightThrough ? 1 : 0, options.KlClamped ? 1 : 0, options.KlImportanceWeighted ? 1 : 0,
            Bound(options.OffPolicyThreshold), (float)options.LengthEpsilon);
    }

    private static float Bound(double? value) => value is { } bound ? (float)bound : float.PositiveInfinity;

    private static Span<T> Room<T>(ref T[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new T[length + (length / 4)];
        return buffer.AsSpan(0, length);
    }
}
