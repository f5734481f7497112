namespace Deliberate.Training;

/// <summary>
/// The critic's clipped loss (PPO2; verl 0.7 <c>compute_value_loss</c>): <c>0.5 · max((v - R)², (clip(v, v_old ± c) - R)²)</c> a token,
/// aggregated as a policy loss is. The gradient by the values is in closed form; ties are halved.
/// </summary>
internal static class ValueLoss
{
    /// <param name="options">Aggregation only.</param>
    /// <param name="normalisers">Of the optimizer's whole batch.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="values">The critic now, <c>[tokens]</c>.</param>
    /// <param name="oldValues">The critic at sampling time.</param>
    /// <param name="returns">Targets; see <see cref="GeneralisedAdvantages"/>.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all.</param>
    /// <param name="clip">How far a value may move before it stops to pay. verl's recipe 0.5, PPO 0.2.</param>
    /// <param name="gradValues">Out: d loss / d values.</param>
    /// <param name="clippedTokens">Out: tokens where the clipped branch is the larger.</param>
    public static double Evaluate(
        PolicyOptions options, in BatchNormalisers normalisers, ReadOnlySpan<int> offsets, ReadOnlySpan<double> values, ReadOnlySpan<double> oldValues,
        ReadOnlySpan<double> returns, ReadOnlySpan<double> mask, double clip, Span<double> gradValues, out int clippedTokens)
    {
        gradValues.Clear();
        clippedTokens = 0;
        double loss = 0;
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            int start = offsets[i] - offsets[0], end = offsets[i + 1] - offsets[0];
            double tokens = end - start;
            if (!mask.IsEmpty)
            {
                tokens = 0;
                for (var t = start; t < end; t++)
                    if (mask[t] > 0) tokens++;
            }

            var weight = Aggregation.TokenWeight(options, normalisers, tokens);
            for (var t = start; t < end; t++)
            {
                if (!mask.IsEmpty && mask[t] == 0) continue;
                var clipped = Math.Clamp(values[t], oldValues[t] - clip, oldValues[t] + clip);
                double free = values[t] - returns[t], bound = clipped - returns[t];
                var slope = clipped == values[t] ? bound : 0;
                if (bound * bound > free * free) clippedTokens++;
                loss += weight * 0.5 * Math.Max(free * free, bound * bound);
                gradValues[t] = weight * (free * free > bound * bound ? free : bound * bound > free * free ? slope : (free + slope) / 2);
            }
        }

        return loss;
    }
}
