using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// How well a model predicts texts: e^(mean of -log p). Tokens of one text, or of one stretch of the only text, hang together and
/// are one cluster; where there is but one, each token counts for itself.
/// </summary>
/// <param name="Bytes">Of the scored tokens, in UTF-8.</param>
/// <param name="Loss">Mean of -log p over tokens, nats.</param>
/// <param name="Estimate">Perplexity; its n are the tokens scored, without the first of each text where nothing stands before it.</param>
internal sealed record Perplexity(long Bytes, double Loss, Estimate Estimate)
{
    public int Tokens => Estimate.N;

    /// <summary>Comparable between models with different tokenizers.</summary>
    public double BitsPerByte => Loss * Tokens / Bytes / Math.Log(2);

    public double BitsPerToken => Loss / Math.Log(2);

    /// <param name="scores">[text][token]: log-probabilities, NaN for what was not scored.</param>
    /// <param name="stretch">Tokens of a stretch, where there is one text only.</param>
    public static Perplexity Of(IReadOnlyList<float[]> scores, long bytes, int stretch)
    {
        var (stretches, tokens) = (new ItemValues<int>(), new ItemValues<int>());
        for (var i = 0; i < scores.Count; i++)
        {
            for (var t = 0; t < scores[i].Length; t++)
            {
                if (float.IsNaN(scores[i][t])) continue;
                stretches.Add(scores.Count > 1 ? i : t / stretch, -scores[i][t]);
                tokens.Add(tokens.Items, -scores[i][t]);
            }
        }

        return new Perplexity(bytes, tokens.Means().Average(), GeometricMeanMetric.Of(stretches.Items > 1 ? stretches : tokens));
    }
}
