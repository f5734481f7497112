using Deliberate.Models;

namespace Deliberate.Models.Tests;

/// <summary>The whole next-token distribution that a chooser draws from, for comparing.</summary>
internal static class Distribution
{
    /// <returns>Probabilities [vocabulary], zero for what was dropped.</returns>
    public static double[] Of(ReadOnlySpan<double> logits, SamplingOptions options, int[]? prompt = null, int[]? output = null, TokenChooser? chooser = null)
    {
        chooser ??= new TokenChooser(logits.Length);
        logits.CopyTo(chooser.Scores);
        var candidates = chooser.Distribution(options, new TokenHistory(prompt, output));
        var probabilities = new double[logits.Length];
        for (var i = 0; i < candidates.Count; i++) probabilities[candidates.Ids[i]] = candidates.Weights[i] / candidates.Total;
        return probabilities;
    }
}
