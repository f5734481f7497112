namespace Deliberate.Training;

/// <summary>
/// What an estimator is given of a step's samples, problem after problem, and where it writes. Token spans are flat over all
/// samples. A reward that is NaN is missing.
/// </summary>
internal sealed class AdvantageBatch
{
    /// <summary>Where groups start, and the end: <c>[groups + 1]</c>.</summary>
    public required int[] Groups { get; init; }

    /// <summary>Where each sample's tokens start, and the end: <c>[samples + 1]</c>.</summary>
    public required int[] Offsets { get; init; }

    /// <summary><c>[samples]</c>, the KL taken out where the recipe says so.</summary>
    public required double[] Rewards { get; init; }

    /// <summary>
    /// <c>[tokens]</c>: the reward on the last token of each sample, less each token's KL; where there is a teacher, its log-probability
    /// of each token less the policy's. Empty unless the estimator is per token.
    /// </summary>
    public double[] TokenRewards { get; init; } = [];

    /// <summary><c>[samples]</c>: what the most likely completion of the sample's problem earned; empty unless it is asked for.</summary>
    public double[] GreedyRewards { get; init; } = [];

    /// <summary>Each part of the reward; null unless they are asked for.</summary>
    public RewardParts? Parts { get; init; }

    /// <summary><c>[tokens]</c>: the critic's; empty without one.</summary>
    public double[] Values { get; init; } = [];

    /// <summary>λ of generalised advantages.</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>Out: <c>[tokens]</c>, what the critic is to tell; empty without one.</summary>
    public double[] Returns { get; init; } = [];

    /// <summary>γ, a token.</summary>
    public double Discount { get; init; } = 1;

    /// <summary>Out: <c>[samples]</c>; left alone by estimators per token.</summary>
    public required double[] Advantages { get; init; }

    /// <summary>Out: <c>[tokens]</c>; empty unless the estimator is per token.</summary>
    public double[] TokenAdvantages { get; init; } = [];

    /// <summary>Tokens of each sample.</summary>
    public int[] Lengths => [.. Offsets.Skip(1).Zip(Offsets, (end, start) => end - start)];
}
