using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// DAPO's soft overlong punishment (arXiv 2503.14476, equation 13; TRL 1.16): 0 up to limit - cache tokens, then a line down to -1 at
/// the limit, -1 beyond.
/// </summary>
[Description("DAPO's soft overlong punishment: 0 up to limit - cache tokens, then a line down to -1 at the limit.")]
internal sealed record OverlongReward : RewardRecipe
{
    [Description("Tokens before the limit over which the punishment grows from 0 to -1.")]
    [InRange(1, 1 << 20)]
    public required int Cache { get; init; }

    [Description("Tokens, the end token too; reinforcement.max_tokens if left out.")]
    [InRange(1, 1 << 20)]
    public int? Limit { get; init; }

    public override (double Low, double High) Range => (-1, 0);

    public override string About => "length";

    /// <param name="length">In tokens.</param>
    /// <param name="limit">From which on all is lost.</param>
    /// <param name="cache">Tokens before it; 0 is a step.</param>
    public static double Value(int length, int limit, int cache)
    {
        if (length <= limit - cache) return 0;
        if (length > limit) return -1;
        return (double)(limit - cache - length) / cache;
    }

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++) values[g] = Value(Length(group, g), Limit ?? maxTokens, Cache);
    }

    public override string Says(int maxTokens) => $"down to {Number(-Weight)} for length";

    public override string SaysOfLength(int maxTokens) => $"the last {Cache} tokens before {(Limit is null ? "the budget of " : "")}{Limit ?? maxTokens} are punished";

    public override (string Key, string Problem)? ProblemWith(int maxTokens) =>
        Cache >= (Limit ?? maxTokens) ? ("cache", $"A cache of {Cache} tokens leaves nothing of the {(Limit is null ? "budget" : "limit")} of {Limit ?? maxTokens} unpunished.") : null;
}
