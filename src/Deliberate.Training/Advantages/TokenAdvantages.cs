namespace Deliberate.Training;

/// <summary>
/// Advantages a token without a critic: REINFORCE++ and its baseline form (arXiv 2501.03262; verl 0.7). Unlike group estimators
/// they whiten over all tokens of the batch, so equal rewards do not give exactly 0.
/// </summary>
internal static class TokenAdvantages
{
    /// <summary>Discounted sum of the rewards to come, whitened over the batch's tokens. γ 1 (verl).</summary>
    /// <param name="tokenRewards"><c>[tokens]</c>; a reward of the whole completion stands on its last token.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all. A masked token is stepped over, undiscounted; verl would start the sum anew before it, so that no reward reaches across a tool's output.</param>
    /// <param name="gamma">Discount a token.</param>
    /// <param name="returns">Out: not whitened.</param>
    /// <param name="advantages">Out.</param>
    public static void ReinforcePlusPlus(ReadOnlySpan<double> tokenRewards, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask, double gamma, Span<double> returns, Span<double> advantages)
    {
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double running = 0;
            for (var t = offsets[i + 1] - 1; t >= offsets[i]; t--)
            {
                var inLoss = mask.IsEmpty || mask[t] > 0;
                running = tokenRewards[t] + (inLoss ? gamma * running : running);
                returns[t] = running;
            }
        }

        returns.CopyTo(advantages);
        Whitening.Apply(advantages, mask);
    }

    /// <summary>The reward less its group's mean, on every token, whitened over the batch's tokens. A group of one has baseline 0.</summary>
    public static void ReinforcePlusPlusBaseline(ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask, Span<double> advantages)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var mean = members.Length == 1 ? 0 : Moments.Of(members).Mean;
            for (var i = groups[g]; i < groups[g + 1]; i++) advantages[offsets[i]..offsets[i + 1]].Fill(rewards[i] - mean);
        }

        Whitening.Apply(advantages, mask);
    }
}
