using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// verl's form of the overlong punishment (verl 0.7 <c>DAPORewardManager</c>): <c>min(-(length - (limit - buffer)) / buffer · factor, 0)</c>,
/// a line with a factor and without a floor.
/// </summary>
[Description("verl's overlong punishment: a line from limit - buffer tokens on, without a floor.")]
internal sealed record LinearOverlongReward : RewardRecipe
{
    [Description("Tokens before the limit over which the punishment grows from 0 to -factor.")]
    [InRange(1, 1 << 20)]
    public required int Buffer { get; init; }

    [Description("What is lost at the limit.")]
    [InRange(0, MinExclusive = true)]
    public double Factor { get; init; } = 1;

    [Description("Tokens, the end token too; reinforcement.max_tokens if left out.")]
    [InRange(1, 1 << 20)]
    public int? Limit { get; init; }

    public override (double Low, double High) Range => (-Factor, 0);

    public override string About => "length";

    /// <inheritdoc cref="LinearOverlongReward"/>
    public static double Value(int length, int limit, int buffer, double factor) => Math.Min(-(double)(length - (limit - buffer)) / buffer * factor, 0);

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++) values[g] = Value(Length(group, g), Limit ?? maxTokens, Buffer, Factor);
    }

    public override string Says(int maxTokens) => $"{Number(-Weight * Factor)} at {Limit ?? maxTokens} tokens for length, in a line";

    public override string SaysOfLength(int maxTokens) => $"every token past {(Limit ?? maxTokens) - Buffer} is punished";

    public override (string Key, string Problem)? ProblemWith(int maxTokens) =>
        Buffer >= (Limit ?? maxTokens) ? ("buffer", $"A buffer of {Buffer} tokens leaves nothing of the {(Limit is null ? "budget" : "limit")} of {Limit ?? maxTokens} unpunished.") : null;
}
