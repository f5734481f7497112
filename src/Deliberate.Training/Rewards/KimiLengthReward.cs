using System.ComponentModel;

namespace Deliberate.Training;

/// <summary>
/// The length reward of Kimi k1.5 (arXiv 2501.12599, section 2.3.3): within a problem's samples <c>λ = 0.5 - (length - shortest) /
/// (longest - shortest)</c>; right answers get λ, wrong ones at most 0; equal lengths get 0. Samples that nobody could judge are no measure
/// for the others.
/// </summary>
[Description("Kimi k1.5's: among a problem's samples, 0.5 for the shortest right answer down to -0.5 for the longest; wrong ones at most 0.")]
internal sealed record KimiLengthReward : RewardRecipe
{
    /// <summary>At one length a right answer never earns less than a wrong one, and only right ones earn anything above 0.</summary>
    public override CorrectnessLink Correctness => CorrectnessLink.Answer;

    public override (double Low, double High) Range => (-0.5, 0.5);

    public override string About => "right answers and their length";

    /// <param name="lengths">In tokens [samples].</param>
    /// <param name="correct">Whose answer is right [samples].</param>
    /// <param name="rewards">Out [samples].</param>
    public static void Compute(ReadOnlySpan<int> lengths, ReadOnlySpan<bool> correct, Span<double> rewards)
    {
        int shortest = int.MaxValue, longest = int.MinValue;
        foreach (var length in lengths)
        {
            shortest = Math.Min(shortest, length);
            longest = Math.Max(longest, length);
        }

        for (var i = 0; i < lengths.Length; i++)
        {
            var lambda = longest == shortest ? 0 : 0.5 - (double)(lengths[i] - shortest) / (longest - shortest);
            rewards[i] = correct[i] ? lambda : Math.Min(0, lambda);
        }
    }

    public override void Values(RolloutGroup group, int maxTokens, Span<double> values)
    {
        int[] judged = [.. Enumerable.Range(0, values.Length).Where(g => group.Samples[g].IsJudged)];
        var rewards = new double[judged.Length];
        Compute([.. judged.Select(g => Length(group, g))], [.. judged.Select(g => group.Samples[g].IsRight)], rewards);
        values.Fill(double.NaN);
        for (var i = 0; i < judged.Length; i++) values[judged[i]] = rewards[i];
    }

    public override string Says(int maxTokens) => $"{Number(0.5 * Weight)} for the shortest right answer of a problem down to {Number(-0.5 * Weight)} for the longest, and at most 0 for a wrong one";

    public override string SaysOfLength(int maxTokens) => "among a problem's samples shorter right answers earn more, and longer ones less";
}
