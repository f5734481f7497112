namespace Deliberate.Training;

/// <summary>
/// Generalised advantage estimation (GAE, arXiv 1506.02438): <c>A_t = Σ (γλ)^k δ_{t+k}</c>, <c>δ_t = r_t + γ V_{t+1} - V_t</c>, V after
/// the end 0. Tokens outside the loss (a tool's output) are stepped over: the next value and the running sum pass through
/// them. A missing reward (NaN) makes NaN of its sequence up to there, which whitening makes 0. γ 1 and λ 1 (verl's defaults); λ 0.95 (PPO, TRL). PPO then whitens: <see cref="Whitening"/>.
/// </summary>
internal static class GeneralisedAdvantages
{
    public static AdvantageEstimator Entry { get; } = new("gae", "arXiv 1506.02438; verl 0.7", "each token is held against what a critic, trained beside the policy, expected of it", Compute)
    {
        PerToken = true,
        NeedsGroup = false,
        NeedsCritic = true,
        Discounts = true,
    };

    /// <summary>Advantages and returns of a whole batch, and the advantages whitened.</summary>
    private static void Compute(AdvantageBatch batch)
    {
        Compute(batch.TokenRewards, batch.Values, batch.Offsets, [], batch.Discount, batch.Lambda, batch.TokenAdvantages, batch.Returns);
        Whitening.Apply(batch.TokenAdvantages, []);
    }

    /// <param name="rewards"><c>[tokens]</c>.</param>
    /// <param name="values">The critic at sampling time.</param>
    /// <param name="offsets">Where sequences start, and the end.</param>
    /// <param name="mask">1 in the loss, 0 not; empty: all.</param>
    /// <param name="gamma">Discount.</param>
    /// <param name="lambda">Mixture of long and short returns.</param>
    /// <param name="advantages">Out; at masked tokens that of the next token.</param>
    /// <param name="returns">Out: advantage + value, the critic's target.</param>
    public static void Compute(
        ReadOnlySpan<double> rewards, ReadOnlySpan<double> values, ReadOnlySpan<int> offsets, ReadOnlySpan<double> mask,
        double gamma, double lambda, Span<double> advantages, Span<double> returns)
    {
        for (var i = 0; i + 1 < offsets.Length; i++)
        {
            double next = 0, running = 0;
            for (var t = offsets[i + 1] - 1; t >= offsets[i]; t--)
            {
                if (mask.IsEmpty || mask[t] > 0)
                {
                    running = rewards[t] + gamma * next - values[t] + gamma * lambda * running;
                    next = values[t];
                }

                advantages[t] = running;
                returns[t] = running + values[t];
            }
        }
    }
}
