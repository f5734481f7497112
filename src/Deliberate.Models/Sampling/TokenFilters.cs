using System.Numerics.Tensors;

namespace Deliberate.Models;

/// <summary>
/// The filters after top-k, as transformers defines them. Each sees the distribution p that the one before left, renormalised, and
/// takes tokens out of it; none leaves nothing. Nothing is sorted: see <see cref="MassSelection"/>.
/// </summary>
internal static class TokenFilters
{
    public static void Apply(SamplingOptions options, TokenCandidates candidates)
    {
        if (options.TopP < 1) TopP(options.TopP, candidates);
        if (options.MinP > 0) candidates.KeepFrom(options.MinP * TensorPrimitives.Max<double>(candidates.Weights));
        if (options.TypicalP < 1) TypicalP(options.TypicalP, candidates);
        if (options.EpsilonCutoff > 0) KeepProbable(options.EpsilonCutoff, candidates);
        if (options.EtaCutoff > 0) KeepProbable(Math.Min(options.EtaCutoff, Math.Sqrt(options.EtaCutoff) * Math.Exp(-Entropy(candidates))), candidates);
    }

    private static void TopP(double p, TokenCandidates candidates)
    {
        var weights = candidates.Weights;
        var total = candidates.Total;
        var keys = candidates.Keys;
        // Tokens below this weigh too little together to be missed, so the list ends before the first of them.
        var least = (1 - p) * total / (weights.Length + 1);
        var count = 0;
        foreach (var weight in weights)
        {
            keys[count] = weight;
            count += weight >= least ? 1 : 0;
        }

        var target = p * total;
        var edge = MassSelection.Edge(keys[..count], [], target, out var above);
        // Rounding alone should not call for one more of several equal tokens.
        var atEdge = Math.Ceiling((target - above) / edge * (1 - 1e-12));
        candidates.KeepFrom(weights, edge, (int)Math.Clamp(atEdge, 1, int.MaxValue));
    }

    private static void TypicalP(double p, TokenCandidates candidates)
    {
        var weights = candidates.Weights;
        var total = candidates.Total;
        var entropy = Entropy(candidates);
        Span<double> keys = candidates.Keys, masses = candidates.Masses;
        Nearness(weights, total, entropy, keys);
        weights.CopyTo(masses);
        var edge = MassSelection.Edge(keys, masses, p * total, out _);
        // The selection moved the keys.
        Nearness(weights, total, entropy, keys);
        candidates.KeepFrom(keys, edge, int.MaxValue);
    }

    /// <summary>-|-log p - entropy|.</summary>
    private static void Nearness(ReadOnlySpan<double> weights, double total, double entropy, Span<double> keys)
    {
        var logTotal = Math.Log(total);
        TensorPrimitives.Log(weights, keys);
        for (var i = 0; i < keys.Length; i++) keys[i] = -Math.Abs(logTotal - keys[i] - entropy);
    }

    private static void KeepProbable(double least, TokenCandidates candidates) =>
        candidates.KeepFrom(Math.Min(least * candidates.Total, TensorPrimitives.Max<double>(candidates.Weights)));

    /// <summary>-Σ p·log p, in nats.</summary>
    private static double Entropy(TokenCandidates candidates)
    {
        var keys = candidates.Keys;
        TensorPrimitives.Log(candidates.Weights, keys);
        var total = candidates.Total;
        return Math.Log(total) - (TensorPrimitives.Dot<double>(candidates.Weights, keys) / total);
    }
}
