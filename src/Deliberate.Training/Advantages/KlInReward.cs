namespace Deliberate.Training;

/// <summary>
/// The KL to the reference policy taken out of the reward instead of added to the loss (InstructGPT; TRL's RLOO and PPO, verl
/// <c>use_kl_in_reward</c>), with the estimator k1 = old - reference, nats a token.
/// </summary>
internal static class KlInReward
{
    /// <summary>Token rewards: <c>score - coefficient · (old - reference)</c>.</summary>
    public static void SubtractFromTokens(ReadOnlySpan<double> scores, ReadOnlySpan<double> logpOld, ReadOnlySpan<double> logpReference, double coefficient, Span<double> rewards)
    {
        for (var t = 0; t < scores.Length; t++) rewards[t] = scores[t] - coefficient * (logpOld[t] - logpReference[t]);
    }

    /// <summary>Sequence rewards: <c>reward - coefficient · Σ (old - reference)</c>, in place. Returns the mean over tokens of old - reference.</summary>
    public static double SubtractFromTotals(Span<double> rewards, ReadOnlySpan<int> offsets, ReadOnlySpan<double> logpOld, ReadOnlySpan<double> logpReference, double coefficient)
    {
        double total = 0;
        for (var i = 0; i < rewards.Length; i++)
        {
            double sum = 0;
            for (var t = offsets[i]; t < offsets[i + 1]; t++) sum += logpOld[t] - logpReference[t];
            rewards[i] -= coefficient * sum;
            total += sum;
        }

        return total / Math.Max(offsets[^1] - offsets[0], 1);
    }
}

/// <summary>
/// A KL coefficient that steers towards a target (arXiv 1909.08593, 2.2; verl 0.7 <c>AdaptiveKLController</c>):
/// multiplied each step by <c>1 + clip(kl / target - 1, ±0.2) · samples / horizon</c>.
/// </summary>
internal sealed class AdaptiveKlCoefficient(double initial, double target, double horizon)
{
    public double Value { get; private set; } = initial;

    public void Update(double kl, int samples) => Value *= 1 + Math.Clamp(kl / target - 1, -0.2, 0.2) * samples / horizon;
}
