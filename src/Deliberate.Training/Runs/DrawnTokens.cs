using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// The tokens of a sample that the policy drew, apart from those that an environment gave: only those are in the loss, have advantages, and lie between
/// a reward and what it is discounted to.
/// </summary>
internal static class DrawnTokens
{
    /// <summary>1 of a token that was drawn, 0 of one that was given; null where all were drawn.</summary>
    public static double[]? Mask(Rollout rollout) => rollout.Given is { } given ? [.. given.Select(g => g ? 0.0 : 1.0)] : null;

    public static int Count(Rollout rollout) => rollout.Given is { } given ? given.Count(g => !g) : rollout.Tokens.Length;

    /// <summary>Of values of all tokens of these samples, flat, those of the drawn ones.</summary>
    public static double[] Of(IReadOnlyList<Rollout> rollouts, double[] values)
    {
        if (rollouts.All(r => r.Given is null)) return values;
        var picked = new List<double>();
        var at = 0;
        foreach (var rollout in rollouts)
        {
            for (var t = 0; t < rollout.Tokens.Length; t++)
                if (rollout.IsDrawn(t)) picked.Add(values[at + t]);
            at += rollout.Tokens.Length;
        }

        return [.. picked];
    }

    /// <summary>Values of a sample's drawn tokens at their places among all, 0 between them.</summary>
    public static double[] Spread(Rollout rollout, double[] drawn)
    {
        if (rollout.Given is null) return drawn;
        var all = new double[rollout.Tokens.Length];
        for (int t = 0, next = 0; t < all.Length; t++)
            if (rollout.IsDrawn(t)) all[t] = drawn[next++];
        return all;
    }
}
