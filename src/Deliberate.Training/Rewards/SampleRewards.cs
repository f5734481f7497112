namespace Deliberate.Training;

/// <summary>
/// What each sample of a step earns: the sum of weight times value over the terms of the recipe. Whoever is unreadable must not earn
/// by it. An answer that could not be read has no score of its own and gets the worst: the lowest that the verifier is said to give,
/// or that it gave a readable answer of the group, if that is lower; and, whatever its other terms add, no more than the least that a
/// readable answer of the group earned. In a group without a readable wrong answer those of the whole step stand in.
/// </summary>
/// <param name="terms">Of the recipe.</param>
/// <param name="lowestScore">That the verifier is said to give.</param>
/// <param name="maxTokens">Budget of a completion.</param>
internal sealed class SampleRewards(IReadOnlyList<RewardRecipe> terms, double lowestScore, int maxTokens)
{
    private bool _isSaid;

    /// <summary>Sets the scores, terms and rewards of all groups of a step; NaN where the verifier failed.</summary>
    public void Settle(IReadOnlyList<RolloutGroup> groups)
    {
        var step = Lowest.None;
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Samples.Length; g++) group.Scores[g] = group.Samples[g].Verdict is { IsReadable: true } verdict ? verdict.Value : double.NaN;
            group.Terms = TermsOf(group);
            for (var g = 0; g < group.Samples.Length; g++) group.Rewards[g] = group.Samples[g].Verdict.IsReadable ? Sum(group.Terms, g) : double.NaN;
            step = step.And(Lowest.Of(group));
        }

        foreach (var group in groups)
            if (Array.Exists(group.Samples, IsUnreadable)) Settle(group, step);
    }

    /// <summary>Adds what each term paid on average, over the judged samples of the groups drawn first, so that they sum to the mean reward.</summary>
    public static void CopyTo(MetricValues metrics, IReadOnlyList<RolloutGroup> groups)
    {
        RolloutGroup[] first = [.. groups.Where(group => group.Round == 0)];
        var judged = first.Sum(group => group.Samples.Count(s => s.IsJudged));
        if (judged == 0) return;
        for (var t = 0; t < first[0].Terms.Count; t++)
            metrics.Add(ReinforcementMetrics.RewardTerm.For(first[0].Terms[t].Name), first.Sum(group => group.Samples.Index().Where(s => s.Item.IsJudged).Sum(s => Paid(group.Terms[t], s.Index))) / judged);
        var withheld = first.Sum(group => group.Withheld.Sum());
        if (withheld != 0) metrics.Add(ReinforcementMetrics.RewardTerm.For(RewardNames.Unreadable), withheld / judged);
    }

    /// <summary>Components that the recipe weighs and the verifier gave no readable answer: said once, of the first step that had any.</summary>
    public IEnumerable<string> Missing(IReadOnlyList<RolloutGroup> groups)
    {
        if (_isSaid || !groups.Any(group => Array.Exists(group.Samples, s => s.Verdict.IsReadable))) yield break;
        _isSaid = true;
        string[] given = [.. groups.SelectMany(group => group.Samples).SelectMany(s => s.Verdict.Scores).Select(score => score.Name).Distinct(StringComparer.Ordinal)];
        foreach (var term in terms.OfType<ComponentReward>())
        {
            if (given.Contains(term.Component)) continue;
            yield return $"reinforcement.rewards asks for the component \"{term.Component}\", which the verifier gave none of this step's samples: it pays nothing. "
                + (given.Length == 0 ? "The verifier gave no components at all." : $"It gave {string.Join(", ", given)}. {Core.NearestName.Suggest(term.Component, given)}");
        }
    }

    private static bool IsUnreadable(Reasoning.ScoredSample sample) => sample.Verdict is { IsReadable: false, IsJudged: true };

    /// <summary>In the order of the recipe: with the same terms the sum is the same bits.</summary>
    private static double Sum(IReadOnlyList<TermValues> values, int sample)
    {
        var sum = 0.0;
        foreach (var term in values) sum += Paid(term, sample);
        return sum;
    }

    private static double Paid(TermValues term, int sample) => term.Weight == 0 || double.IsNaN(term.Values[sample]) ? 0 : term.Weight * term.Values[sample];

    private TermValues[] TermsOf(RolloutGroup group)
    {
        var made = new TermValues[terms.Count];
        for (var t = 0; t < made.Length; t++)
        {
            made[t] = new TermValues(terms[t].Term, terms[t].Weight, new double[group.Samples.Length]);
            terms[t].Values(group, maxTokens, made[t].Values);
        }

        return made;
    }

    private void Settle(RolloutGroup group, Lowest step)
    {
        var lowest = Lowest.Of(group);
        if (!lowest.HasWrong) lowest = lowest.And(step);
        var score = Math.Min(lowestScore, lowest.Score);
        for (var g = 0; g < group.Samples.Length; g++)
            if (IsUnreadable(group.Samples[g])) group.Scores[g] = score;
        // Once more, for the scores are terms too.
        group.Terms = TermsOf(group);
        // Where nothing was readable in the whole step, a wrong answer without any other term is what there is to compare with.
        var most = double.IsFinite(lowest.Reward) ? lowest.Reward : terms.OfType<CorrectReward>().Sum(term => term.Weight) * score;
        for (var g = 0; g < group.Samples.Length; g++)
        {
            if (!IsUnreadable(group.Samples[g])) continue;
            var own = Sum(group.Terms, g);
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
