using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// How well a model predicts texts. Perplexity is e^(mean of -log p), its error that of the mean times the perplexity (delta
/// method), its interval that of the mean raised likewise. Tokens of one text, or of one stretch of the only text, hang together
/// and count as one cluster.
/// </summary>
/// <param name="Tokens">Scored; without the first of each text where nothing stands before it.</param>
/// <param name="Bytes">Of the scored tokens, in UTF-8.</param>
/// <param name="Loss">Mean of -log p over tokens, nats.</param>
internal sealed record Perplexity(int Tokens, long Bytes, MeanEstimate Loss)
{
    public double Value => Math.Exp(Loss.Mean);

    /// <summary>Null where it cannot be estimated.</summary>
    public double? StandardError => Loss.StandardError * Value;

    /// <summary>95%; null where it cannot be estimated.</summary>
    public Interval? Interval => Loss.StudentT() is { } loss ? new Interval(Math.Exp(loss.Low), Math.Exp(loss.High)) : null;

    /// <summary>Comparable between models with different tokenizers.</summary>
    public double BitsPerByte => Loss.Mean * Tokens / Bytes / Math.Log(2);

    public double BitsPerToken => Loss.Mean / Math.Log(2);

    /// <param name="scores">[text][token]: log-probabilities, NaN for what was not scored.</param>
    /// <param name="stretch">Tokens of a stretch, where there is one text only.</param>
    public static Perplexity Of(IReadOnlyList<float[]> scores, long bytes, int stretch)
    {
        var losses = new List<double>();
        var clusters = new List<int>();
        for (var i = 0; i < scores.Count; i++)
        {
            for (var t = 0; t < scores[i].Length; t++)
            {
                if (float.IsNaN(scores[i][t])) continue;
                losses.Add(-scores[i][t]);
                clusters.Add(scores.Count > 1 ? i : t / stretch);
            }
        }

        double[] values = [.. losses];
        var estimate = clusters[0] == clusters[^1] ? MeanEstimate.Of(values) : MeanEstimate.Clustered(values, [.. clusters]);
        return new Perplexity(values.Length, bytes, estimate);
    }
}
