namespace Deliberate.Training;

/// <summary>
/// KTO (arXiv 2402.01306): answers that are desirable or not, without pairs. With x = ln π - ln π_ref of an answer and z an estimate of the
/// policy's divergence, max(0, mean of the log ratios of answers to other prompts), without gradient: w_d (1 - σ(β (x - z))) and
/// w_u (1 - σ(β (z - x))), the mean over all; with <c>apo_zero_unpaired</c> z is 0. In double.
/// </summary>
internal static class KtoLoss
{
    /// <param name="ratios">x of each answer.</param>
    /// <param name="desirable">Whether it is.</param>
    /// <param name="divergence">z.</param>
    /// <param name="options">β and weights.</param>
    /// <param name="gradient">Out: d loss / d x.</param>
    public static double Evaluate(ReadOnlySpan<double> ratios, ReadOnlySpan<bool> desirable, double divergence, PreferenceOptions options, Span<double> gradient)
    {
        var loss = 0.0;
        for (var i = 0; i < ratios.Length; i++)
        {
            var (sign, weight) = desirable[i] ? (1, options.DesirableWeight) : (-1, options.UndesirableWeight);
            var p = LogSigmoid.Sigmoid(sign * options.Beta * (ratios[i] - divergence));
            loss += weight * (1 - p) / ratios.Length;
            gradient[i] = -weight * sign * options.Beta * p * (1 - p) / ratios.Length;
        }

        return loss;
    }

    /// <summary>z of the log ratios of answers to other prompts.</summary>
    public static double Divergence(ReadOnlySpan<double> ratios)
    {
        var sum = 0.0;
        foreach (var ratio in ratios) sum += ratio;
        return ratios.IsEmpty ? 0 : Math.Max(0, sum / ratios.Length);
    }
}
