using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The share of n-grams of tokens that repeat one before, times the penalty: <c>(1 - distinct / all) · penalty</c> (TRL 1.16 <c>get_repetition_penalty_reward</c>,
/// after arXiv 2502.03373, appendix). 0 where there are fewer than n tokens.
/// </summary>
[Description("The share of n-grams of tokens that repeat one before, times the penalty.")]
internal sealed record RepetitionReward : RewardRecipe
{
    [Description("Tokens of an n-gram.")]
    [InRange(1, 1000)]
    public int Ngram { get; init; } = 3;

    [Description("What a completion of nothing but repetitions loses.")]
    [InRange(max: 0)]
    public double Penalty { get; init; } = -1;

    public override (double Low, double High) Range => (Penalty, 0);

    public override string About => "repetition";

    /// <param name="tokens">Of a completion.</param>
    public static double Value(ReadOnlySpan<int> tokens, int ngram, double penalty)
    {
        var all = tokens.Length - ngram + 1;
        if (all <= 0) return 0;
        var starts = new int[all];
        for (var i = 0; i < all; i++) starts[i] = i;
        var held = tokens.ToArray();
        Array.Sort(starts, (a, b) => held.AsSpan(a, ngram).SequenceCompareTo(held.AsSpan(b, ngram)));
        var distinct = 1;
        for (var i = 1; i < all; i++)
            if (!tokens.Slice(starts[i], ngram).SequenceEqual(tokens.Slice(starts[i - 1], ngram))) distinct++;
        return (1 - (double)distinct / all) * penalty;
    }

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++) values[g] = Value(group.Rollouts[g].Tokens, Ngram, Penalty);
    }

    public override string Says(int maxTokens) => $"down to {Number(Weight * Penalty)} by the share of {Ngram}-grams of tokens that repeat";
}
