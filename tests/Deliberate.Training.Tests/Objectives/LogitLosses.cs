namespace Deliberate.Training.Tests;

/// <summary>
/// Losses on logits <c>[tokens, vocab]</c> in double: the oracle for the kernels, which never keep the logits. Labels are aligned
/// with the logits (no shift). Log-sum-exp subtracts the maximum.
/// </summary>
internal static class LogitLosses
{
    /// <summary>The label of a token without target (PyTorch, transformers).</summary>
    public const int Ignored = -100;

    public static int Targets(ReadOnlySpan<int> labels) => labels.Length - labels.Count(Ignored);

    /// <summary>
    /// Cross-entropy: <c>Σ w ((1 - s) nll + s mean over the vocabulary of -log p) / normaliser</c> (PyTorch <c>F.cross_entropy</c>).
    /// </summary>
    /// <param name="logits"><c>[tokens, vocab]</c>.</param>
    /// <param name="labels"><c>[tokens]</c>, <see cref="Ignored"/> where there is no target.</param>
    /// <param name="weights">One a token; empty: 1.</param>
    /// <param name="normaliser">Targets (or weights) of the whole batch; 0 gives loss 0.</param>
    /// <param name="gradLogits">Out.</param>
    /// <param name="smoothing">s.</param>
    public static double CrossEntropy(ReadOnlySpan<double> logits, ReadOnlySpan<int> labels, ReadOnlySpan<double> weights, double normaliser, Span<double> gradLogits, double smoothing = 0)
    {
        gradLogits.Clear();
        if (normaliser == 0) return 0;
        var vocab = logits.Length / labels.Length;
        double loss = 0;
        for (var t = 0; t < labels.Length; t++)
        {
            if (labels[t] == Ignored) continue;
            var row = logits.Slice(t * vocab, vocab);
            var weight = (weights.IsEmpty ? 1 : weights[t]) / normaliser;
            var log = LogSumExp(row);
            double mean = 0;
            for (var v = 0; v < vocab; v++)
            {
                mean += (log - row[v]) / vocab;
                var target = (v == labels[t] ? 1 - smoothing : 0) + smoothing / vocab;
                gradLogits[t * vocab + v] = weight * (Math.Exp(row[v] - log) - target);
            }

            loss += weight * ((1 - smoothing) * (log - row[labels[t]]) + smoothing * mean);
        }

        return loss;
    }

    /// <summary>
    /// Log-probability of the chosen tokens and entropy of each row, both of <c>softmax(logits / temperature)</c> (TRL and verl
    /// divide before both). NaN never: a probability of 0 adds 0 to the entropy.
    /// </summary>
    public static void LogpEntropy(ReadOnlySpan<double> logits, ReadOnlySpan<int> tokens, double temperature, Span<double> logp, Span<double> entropy)
    {
        var vocab = logits.Length / tokens.Length;
        var row = new double[vocab];
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var v = 0; v < vocab; v++) row[v] = logits[t * vocab + v] / temperature;
            var log = LogSumExp(row);
            logp[t] = row[tokens[t]] - log;
            entropy[t] = 0;
            foreach (var logit in row)
            {
                var p = Math.Exp(logit - log);
                if (p > 0) entropy[t] -= p * (logit - log);
            }
        }
    }

    /// <summary>The gradient by the logits that follows from those by log-probability and entropy.</summary>
    public static void LogpEntropyBackward(ReadOnlySpan<double> logits, ReadOnlySpan<int> tokens, double temperature, ReadOnlySpan<double> gradLogp, ReadOnlySpan<double> gradEntropy, Span<double> gradLogits)
    {
        var vocab = logits.Length / tokens.Length;
        var row = new double[vocab];
        for (var t = 0; t < tokens.Length; t++)
        {
            for (var v = 0; v < vocab; v++) row[v] = logits[t * vocab + v] / temperature;
            var log = LogSumExp(row);
            double entropy = 0;
            foreach (var logit in row)
                if (Math.Exp(logit - log) is > 0 and var p) entropy -= p * (logit - log);
            for (var v = 0; v < vocab; v++)
            {
                var p = Math.Exp(row[v] - log);
                var slope = gradLogp[t] * ((v == tokens[t] ? 1 : 0) - p);
                if (p > 0) slope -= gradEntropy[t] * p * (row[v] - log + entropy);
                gradLogits[t * vocab + v] = slope / temperature;
            }
        }
    }

    /// <summary>The z-loss <c>coefficient · Σ logsumexp² / normaliser</c> that keeps logits from drifting (PaLM, arXiv 2204.02311).</summary>
    public static double ZLoss(ReadOnlySpan<double> logits, int vocab, double coefficient, double normaliser, Span<double> gradLogits)
    {
        double loss = 0;
        for (var at = 0; at < logits.Length; at += vocab)
        {
            var row = logits.Slice(at, vocab);
            var log = LogSumExp(row);
            loss += coefficient * log * log / normaliser;
            for (var v = 0; v < vocab; v++) gradLogits[at + v] = 2 * coefficient * log / normaliser * Math.Exp(row[v] - log);
        }

        return loss;
    }

    public static double LogSumExp(ReadOnlySpan<double> row)
    {
        var max = double.NegativeInfinity;
        foreach (var logit in row) max = Math.Max(max, logit);
        if (double.IsInfinity(max)) return max;
        double sum = 0;
        foreach (var logit in row) sum += Math.Exp(logit - max);
        return max + Math.Log(sum);
    }
}
