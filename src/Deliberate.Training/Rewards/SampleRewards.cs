using Deliberate.Models;

namespace Deliberate.Training;

/// <summary>
/// What each sample of a step earns: <c>weights · (score, every step right, the verifier's components) + the penalty of its
/// length</c>. Whoever is unreadable must not earn by it. An answer that could not be read has no score of its own and gets the
/// worst: the lowest that the verifier is said to give, or that it gave a readable answer of the group, if that is lower; and,
/// whatever its components add, no more than the least that a readable answer of the group earned. In a group without a
/// readable wrong answer those of the whole step stand in.
/// </summary>
/// <param name="weights">Of the recipe.</param>
/// <param name="lowestScore">That the verifier is said to give.</param>
/// <param name="maxTokens">Budget of a completion.</param>
/// <param name="overlongCache">Tokens before the budget's end that are punished; 0 for none.</param>
internal sealed class SampleRewards(RewardRecipe weights, double lowestScore, int maxTokens, int overlongCache)
{
    /// <summary>Whether length is punished.</summary>
    public bool PunishesLength => overlongCache > 0;

    /// <summary>Sets the rewards of all groups of a step; NaN where the verifier failed.</summary>
    public void Settle(IReadOnlyList<RolloutGroup> groups)
    {
        var step = Lowest.None;
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Samples.Length; g++)
            {
                var verdict = group.Samples[g].Verdict;
                group.Scores[g] = verdict.IsReadable ? verdict.Value : double.NaN;
                group.Rewards[g] = verdict.IsReadable ? weights.Of(verdict, verdict.Value) + Overlong(group.Rollouts[g]) : double.NaN;
            }

            step = step.And(Lowest.Of(group));
        }

        foreach (var group in groups) Settle(group, step);
    }

    /// <summary>The soft penalty of a completion's length; 0 where there is none.</summary>
    public double Overlong(Rollout rollout) => PunishesLength ? LengthRewards.SoftOverlong(rollout.Tokens.Length, maxTokens, overlongCache) : 0;

    private void Settle(RolloutGroup group, Lowest step)
    {
        var lowest = Lowest.Of(group);
        if (!lowest.HasWrong) lowest = lowest.And(step);
        var score = Math.Min(lowestScore, lowest.Score);
        // Where nothing was readable in the whole step, a wrong answer without any components is what there is to compare with.
        var most = double.IsFinite(lowest.Reward) ? lowest.Reward : weights.Correct * score;
        for (var g = 0; g < group.Samples.Length; g++)
        {
            var verdict = group.Samples[g].Verdict;
            if (verdict.IsReadable || !verdict.IsJudged) continue;
            var own = weights.Of(verdict, score) + Overlong(group.Rollouts[g]);
            group.Scores[g] = score;
            group.Rewards[g] = Math.Min(own, most);
            group.Withheld[g] = Math.Min(0, most - own);
        }
    }

    /// <summary>The least score and reward of readable samples; infinite without any.</summary>
    private readonly record struct Lowest(double Score, double Reward, bool HasWrong)
    {
        public static Lowest None => new(double.PositiveInfinity, double.PositiveInfinity, false);

        public static Lowest Of(RolloutGroup group)
        {
            var lowest = None;
            for (var g = 0; g < group.Samples.Length; g++)
            {
                var verdict = group.Samples[g].Verdict;
                if (verdict.IsReadable) lowest = lowest.And(new Lowest(verdict.Value, group.Rewards[g], !verdict.IsRight));
            }

            return lowest;
        }

        public Lowest And(Lowest other) => new(Math.Min(Score, other.Score), Math.Min(Reward, other.Reward), HasWrong || other.HasWrong);
    }
}
