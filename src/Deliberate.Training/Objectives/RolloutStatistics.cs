namespace Deliberate.Training;

/// <summary>
/// How far sampler and trainer are apart, as verl 0.7 reports it: of the importance weights over the tokens in the loss, and of each
/// sequence's mean. Fractions are shares outside the bounds, of tokens at token level and of sequences otherwise. The
/// deviation and the effective sample size (1: all samples count) are of the weights clamped to the bounds.
/// </summary>
internal readonly record struct RolloutStatistics(
    double Mean, double Deviation, double Minimum, double Maximum, double FractionLow, double FractionHigh, double EffectiveSampleSize,
    double SequenceMean, double SequenceDeviation, double SequenceMinimum, double SequenceMaximum, double SequenceMaxDeviation,
    double SequenceFractionLow, double SequenceFractionHigh)
{
    public static RolloutStatistics Of(RolloutLevel level, ReadOnlySpan<int> offsets, ReadOnlySpan<double> weights, ReadOnlySpan<double> mask, double lower, double upper)
    {
        double sum = 0, clamped = 0, squares = 0, count = 0, low = 0, high = 0, least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        var means = new List<double>(offsets.Length);
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double own = 0, tokens = 0;
            for (var t = offsets[i]; t < offsets[i + 1]; t++)
            {
                if (!mask.IsEmpty && mask[t] == 0) continue;
                var bounded = Math.Clamp(weights[t], lower, upper);
                own += weights[t];
                tokens++;
                clamped += bounded;
                squares += bounded * bounded;
                if (weights[t] < lower) low++;
                if (weights[t] > upper) high++;
                least = Math.Min(least, weights[t]);
                greatest = Math.Max(greatest, weights[t]);
            }

            sum += own;
            count += tokens;
            if (tokens > 0) means.Add(own / tokens);
        }

        double sequenceLow = means.Count(mean => mean < lower), sequenceHigh = means.Count(mean => mean > upper);
        var sequences = Moments.Of([.. means]);
        var mean = clamped / count;
        return new RolloutStatistics(
            Mean: sum / count,
            Deviation: Math.Sqrt(Math.Max(squares / count - mean * mean, 0)),
            Minimum: least,
            Maximum: greatest,
            FractionLow: level == RolloutLevel.Token ? low / count : sequenceLow / means.Count,
            FractionHigh: level == RolloutLevel.Token ? high / count : sequenceHigh / means.Count,
            EffectiveSampleSize: mean * mean / (squares / count),
            SequenceMean: sequences.Mean,
            SequenceDeviation: sequences.Deviation,
            SequenceMinimum: means.Count == 0 ? double.NaN : means.Min(),
            SequenceMaximum: means.Count == 0 ? double.NaN : means.Max(),
            SequenceMaxDeviation: means.Count == 0 ? double.NaN : means.Max(mean => Math.Abs(mean - 1)),
            SequenceFractionLow: sequenceLow / means.Count,
            SequenceFractionHigh: sequenceHigh / means.Count);
    }
}
