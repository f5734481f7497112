using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>
/// 1 where the thought, if one was begun, is closed and an answer stands where the problem's set looks for one, else 0 (after
/// DeepSeek-R1, arXiv 2501.12948, section 2.2.2; open-r1 <c>format_reward</c>). What the answer says is not looked at.
/// </summary>
[Description("A closed thought and an answer that is found: 1 or 0.")]
internal sealed record FormatReward : RewardRecipe
{
    [Description("Pays nothing without a thought.")]
    public bool RequiresThought { get; init; }

    public override (double Low, double High) Range => (0, 1);

    public override string About => "format";

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        for (var g = 0; g < values.Length; g++)
        {
            var sample = group.Samples[g].Sample;
            values[g] = !sample.IsUnfinished && !string.IsNullOrWhiteSpace(sample.Answer) && (!RequiresThought || sample.Thinking is not null) ? 1 : 0;
        }
    }

    public override string Says(int maxTokens) => $"{Number(Weight)} for {(RequiresThought ? "a thought that is closed" : "no thought left open")} and an answer that is found";
}
