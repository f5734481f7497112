namespace Deliberate.Training;

/// <summary>
/// Advantages a token without a critic: REINFORCE++ and its baseline form (arXiv 2501.03262; verl 0.7), whitened over all tokens of
/// the batch. A sequence with a missing reward (NaN) leaves every statistic and gets 0. Where rewards are flat (in the batch; for
/// the baseline form, in a group), so are advantages: exactly 0, where verl's formula leaves what whitening makes of them.
/// </summary>
internal static class TokenAdvantages
{
    /// <summary>Discounted sum of the rewards to come, whitened over the batch's tokens. γ 1 (verl).</summary>
    /// <param name="tokenRewards"><c>[tokens]</c>; a reward of the whole completion stands on its last token.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all. A masked token is stepped over, undiscounted; verl would start the sum anew before it, so that no reward reaches across a tool's output.</param>
    /// <param name="gamma">Discount a token.</param>
    /// <param name="returns">Out: not whitened; NaN in a sequence with a missing reward.</param>
    /// <param name="advantages">Out.</param>
    /// <param name="flatAsVerl">Leaves flat returns to the formula.</param>
    public static void ReinforcePlusPlus(
        ReadOnlySpan<double> tokenRewards, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask, double gamma, Span<double> returns, Span<double> advantages, bool flatAsVerl = false)
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

            // The reward may stand on any token: those behind a missing one have none either.
            if (offsets[i + 1] > offsets[i] && double.IsNaN(running)) returns[offsets[i]..offsets[i + 1]].Fill(double.NaN);
        }

        returns.CopyTo(advantages);
        Whitening.Apply(advantages, mask, flatAsVerl: flatAsVerl);
    }

    /// <summary>The reward less its group's mean, on every token, whitened over the batch's tokens. A group of one has baseline 0.</summary>
    public static void ReinforcePlusPlusBaseline(
        ReadOnlySpan<double> rewards, ReadOnlySpan<int> groups, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask, Span<double> advantages, bool flatAsVerl = false)
    {
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var members = rewards[groups[g]..groups[g + 1]];
            var mean = members.Length == 1 ? 0 : Moments.Of(members).Mean;
            for (var i = groups[g]; i < groups[g + 1]; i++) advantages[offsets[i]..offsets[i + 1]].Fill(rewards[i] - mean);
        }

        Whitening.Apply(advantages, mask, flatAsVerl: flatAsVerl);
        for (var g = 0; g + 1 < groups.Length && !flatAsVerl; g++)
            if (!FlatGroups.Teaches(rewards[groups[g]..groups[g + 1]])) advantages[offsets[groups[g]]..offsets[groups[g + 1]]].Clear();
    }
}
