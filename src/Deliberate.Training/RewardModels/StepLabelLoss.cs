namespace Deliberate.Training;

/// <summary>
/// The loss of one label of a step: cross-entropy of the label, or of what is known of it, -Σ_k t_k ln softmax(z)_k. Of two outputs the
/// target is (1 - p, p) with p the probability that the step is right, so that soft labels (Math-Shepherd, arXiv 2312.08935) are the same
/// loss; of three the order is negative, neutral, positive. Labels that are tokens of a language model go the same way, over the whole
/// vocabulary or over theirs alone. In double.
/// </summary>
internal static class StepLabelLoss
{
    /// <param name="logits">One for each output.</param>
    /// <param name="target">A distribution over them.</param>
    /// <param name="weight">Of the label: one over the labels of the batch for a mean.</param>
    /// <param name="gradient">Out: d loss / d logits.</param>
    /// <returns>The weighed loss, nats.</returns>
    public static double Evaluate(ReadOnlySpan<double> logits, ReadOnlySpan<double> target, double weight, Span<double> gradient)
    {
        var most = double.NegativeInfinity;
        foreach (var logit in logits) most = Math.Max(most, logit);
        var sum = 0.0;
        for (var k = 0; k < logits.Length; k++) sum += gradient[k] = Math.Exp(logits[k] - most);
        var log = most + Math.Log(sum);
        var loss = 0.0;
        for (var k = 0; k < logits.Length; k++)
        {
            loss -= target[k] * (logits[k] - log);
            gradient[k] = weight * ((gradient[k] / sum) - target[k]);
        }

        return weight * loss;
    }

    /// <summary>The target of a probability that the step is right.</summary>
    /// <param name="right">From 0 to 1.</param>
    /// <param name="isNeutral">Whether it is right without progress: of three outputs the second.</param>
    /// <param name="outputs">Two or three.</param>
    public static double[] Target(double right, bool isNeutral, int outputs) =>
        outputs == 2 ? [1 - right, right] : isNeutral ? [1 - right, right, 0] : [1 - right, 0, right];
}
