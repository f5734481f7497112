namespace Deliberate.Training;

/// <summary>What becomes of a sampler weight outside its bounds, and over what it is taken.</summary>
internal enum SamplerCorrectionMode
{
    /// <summary>Per token, clamped to the bounds (truncated importance sampling, TIS).</summary>
    TokenTruncate,

    /// <summary>Per token, 0 outside the bounds (masked importance sampling, MIS).</summary>
    TokenMask,

    /// <summary>Per sequence (the product over its tokens), clamped.</summary>
    SequenceTruncate,

    /// <summary>Per sequence, 0 outside. TRL's default.</summary>
    SequenceMask,
}

/// <summary>
/// Importance weights for a sampler whose log-probabilities differ from the trainer's: <c>u = exp(old - sampler)</c>, per token or
/// <c>exp(Σ)</c> per sequence, truncated or masked. With one engine for both and no top-k/top-p every weight is 1. A sampler
/// value of NaN (not reported) counts as equal. Source: TRL 1.16 <c>vllm_importance_sampling_*</c>, bounds [none, 3].
/// </summary>
internal static class SamplerCorrection
{
    public static bool PerSequence(SamplerCorrectionMode mode) => mode is SamplerCorrectionMode.SequenceTruncate or SamplerCorrectionMode.SequenceMask;

    /// <param name="mode">See there.</param>
    /// <param name="offsets">Where sequences start, and the end: <c>[sequences + 1]</c>.</param>
    /// <param name="logpOld">Trainer's log-probabilities at sampling weights, nats, <c>[tokens]</c>.</param>
    /// <param name="logpSampler">The sampler's.</param>
    /// <param name="weights">Out: <c>[sequences]</c> or <c>[tokens]</c>, by the mode.</param>
    /// <param name="minimum">Lower bound, none by default.</param>
    /// <param name="maximum">Upper bound, 3 by default.</param>
    public static void Weights(SamplerCorrectionMode mode, ReadOnlySpan<int> offsets, ReadOnlySpan<double> logpOld, ReadOnlySpan<double> logpSampler, Span<double> weights, double? minimum = null, double? maximum = 3)
    {
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double sum = 0;
            for (var t = offsets[i] - offsets[0]; t < offsets[i + 1] - offsets[0]; t++)
            {
                var difference = logpOld[t] - logpSampler[t];
                if (double.IsNaN(difference)) difference = 0;
                sum += difference;
                if (!PerSequence(mode)) weights[t] = Bound(mode, Math.Exp(difference), minimum, maximum);
            }

            if (PerSequence(mode)) weights[i] = Bound(mode, Math.Exp(sum), minimum, maximum);
        }
    }

    /// <summary>Mean and maximum over tokens of |old - sampler|, nats; tokens whose sampler value is not known are left out.</summary>
    public static (double Mean, double Maximum) Mismatch(ReadOnlySpan<double> logpOld, ReadOnlySpan<double> logpSampler)
    {
        double sum = 0, maximum = 0, count = 0;
        for (var t = 0; t < logpOld.Length; t++)
        {
            var difference = Math.Abs(logpOld[t] - logpSampler[t]);
            if (double.IsNaN(difference)) continue;
            sum += difference;
            maximum = Math.Max(maximum, difference);
            count++;
        }

        return (sum / count, maximum);
    }

    private static double Bound(SamplerCorrectionMode mode, double weight, double? minimum, double? maximum)
    {
        var low = minimum ?? 0;
        var high = maximum ?? double.PositiveInfinity;
        if (mode is SamplerCorrectionMode.TokenTruncate or SamplerCorrectionMode.SequenceTruncate) return Math.Clamp(weight, low, high);
        return weight >= low && weight <= high ? weight : 0;
    }
}
