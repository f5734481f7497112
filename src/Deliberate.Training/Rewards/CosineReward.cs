using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// The cosine length reward (arXiv 2502.03373, section 4.2; open-r1 <c>get_cosine_scaled_reward</c>, whose bounds are the defaults): along half a
/// cosine as the length grows to the limit, right answers go from their maximum to their minimum, wrong ones the other way, so that a
/// right answer is worth more the shorter it is and a wrong one less.
/// </summary>
[Description("Right answers are worth more the shorter they are, wrong ones less, along half a cosine.")]
internal sealed record CosineReward : RewardRecipe
{
    [Description("Of a right answer at the limit.")]
    public double MinimumRight { get; init; } = 0.5;

    [Description("Of a right answer without length.")]
    public double MaximumRight { get; init; } = 1;

    [Description("Of a wrong answer without length.")]
    public double MinimumWrong { get; init; } = -1;

    [Description("Of a wrong answer at the limit.")]
    public double MaximumWrong { get; init; } = -0.5;

    [Description("Tokens, the end token too; reinforcement.max_tokens if left out.")]
    [InRange(1, 1 << 20)]
    public int? Limit { get; init; }

    public override CorrectnessLink Correctness => MaximumWrong < MaximumRight ? CorrectnessLink.Answer : CorrectnessLink.None;

    public override (double Low, double High) Range => (MinimumWrong, MaximumRight);

    public override string About => "right answers and their length";

    /// <param name="length">In tokens.</param>
    /// <param name="limit">Where the cosine ends.</param>
    /// <param name="correct">Right answers go down, wrong ones up.</param>
    public static double Value(int length, int limit, bool correct, double minimum, double maximum)
    {
        var (start, end) = correct ? (maximum, minimum) : (minimum, maximum);
        return end + 0.5 * (start - end) * (1 + Math.Cos(Math.PI * Math.Min((double)length / limit, 1)));
    }

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++)
        {
            var sample = group.Samples[g];
            values[g] = !sample.IsJudged ? double.NaN
                : sample.IsRight ? Value(Length(group, g), Limit ?? maxTokens, correct: true, MinimumRight, MaximumRight)
                : Value(Length(group, g), Limit ?? maxTokens, correct: false, MinimumWrong, MaximumWrong);
        }
    }

    public override string Says(int maxTokens) =>
        $"{Number(Weight * MaximumRight)} down to {Number(Weight * MinimumRight)} for a right answer and {Number(Weight * MinimumWrong)} up to {Number(Weight * MaximumWrong)} for a wrong one, along a cosine of its length";

    public override string SaysOfLength(int maxTokens) => "right answers are worth more the shorter they are, and wrong ones less";

    protected override IEnumerable<(string Key, string Problem)> Problems()
    {
        if (MinimumRight > MaximumRight) yield return ("minimum_right", $"{MinimumRight} is above maximum_right {MaximumRight}: longer right answers would be worth more. Exchange them.");
        if (MinimumWrong > MaximumWrong) yield return ("minimum_wrong", $"{MinimumWrong} is above maximum_wrong {MaximumWrong}. Exchange them.");
        foreach (var problem in base.Problems()) yield return problem;
    }
}
