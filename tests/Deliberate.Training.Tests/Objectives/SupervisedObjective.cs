namespace Deliberate.Training.Tests;

/// <summary>
/// The supervised losses as the trainer evaluates them: on the log-probabilities (nats) of the target tokens, with a
/// closed-form gradient. The divisor is the number of target tokens (or the sum of weights) of the optimizer's whole batch,
/// so that micro-batches add up; never the mean of micro-batch means (transformers <c>num_items_in_batch</c>).
/// </summary>
internal static class SupervisedObjective
{
    /// <summary>Negative log-likelihood: <c>Σ -w log p / normaliser</c>.</summary>
    /// <param name="logp">Of the target tokens, <c>[tokens]</c>.</param>
    /// <param name="weights">0 leaves a token out (prompt, padding); empty: all 1.</param>
    /// <param name="normaliser">Sum of weights of the whole batch; a batch without a target has loss 0, never NaN.</param>
    /// <param name="gradLogp">Out: d loss / d logp.</param>
    public static double NegativeLogLikelihood(ReadOnlySpan<double> logp, ReadOnlySpan<double> weights, double normaliser, Span<double> gradLogp)
    {
        gradLogp.Clear();
        if (normaliser == 0) return 0;
        double loss = 0;
        for (var t = 0; t < logp.Length; t++)
        {
            var weight = weights.IsEmpty ? 1 : weights[t];
            if (weight == 0) continue;
            loss -= weight * logp[t];
            gradLogp[t] = -weight / normaliser;
        }

        return loss / normaliser;
    }

    /// <summary>
    /// Dynamic fine-tuning (DFT, arXiv 2508.05629; TRL 1.16 <c>loss_type="dft"</c>): <c>Σ -w sg(p) log p / normaliser</c>: unlikely tokens pull less.
    /// </summary>
    public static double Dynamic(ReadOnlySpan<double> logp, ReadOnlySpan<double> weights, double normaliser, Span<double> gradLogp)
    {
        gradLogp.Clear();
        if (normaliser == 0) return 0;
        double loss = 0;
        for (var t = 0; t < logp.Length; t++)
        {
            var weight = (weights.IsEmpty ? 1 : weights[t]) * Math.Exp(logp[t]);
            if (weight == 0) continue;
            loss -= weight * logp[t];
            gradLogp[t] = -weight / normaliser;
        }

        return loss / normaliser;
    }
}
