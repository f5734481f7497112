namespace Deliberate.Training;

/// <summary>
/// REINFORCE++ (arXiv 2501.03262; verl 0.7): the discounted sum of the rewards to come, whitened over all tokens of the batch. A sequence
/// with a missing reward (NaN) leaves every statistic and gets 0. Where rewards are flat in the batch, so are advantages: exactly 0,
/// where verl's formula leaves what whitening makes of them.
/// </summary>
internal static class ReinforcePlusPlusAdvantages
{
    public static AdvantageEstimator Entry { get; } = new(
        "reinforce_pp", "arXiv 2501.03262; verl 0.7", "each reward is held against the mean over the tokens of the step, in standard deviations over them",
        batch => Compute(batch.TokenRewards, batch.Offsets, [], batch.Discount, new double[batch.TokenRewards.Length], batch.TokenAdvantages))
    { PerToken = true, NeedsGroup = false, Discounts = true };

    /// <summary>Discounted sum of the rewards to come, whitened over the batch's tokens. γ 1 (verl).</summary>
    /// <param name="tokenRewards"><c>[tokens]</c>; a reward of the whole completion stands on its last token.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all. A masked token is stepped over, undiscounted; verl would start the sum anew before it, so that no reward reaches across a tool's output.</param>
    /// <param name="gamma">Discount a token.</param>
    /// <param name="returns">Out: not whitened; NaN in a sequence with a missing reward.</param>
    /// <param name="advantages">Out.</param>
    /// <param name="flatAsVerl">Leaves flat returns to the formula.</param>
    public static void Compute(
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
}
