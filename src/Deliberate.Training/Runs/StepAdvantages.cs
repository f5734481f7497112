namespace Deliberate.Training;

/// <summary>
/// The advantages of a step's samples: rewards, less the KL where that is taken out of them, to the recipe's estimator, over all groups
/// that are trained on, before they are cut into mini-batches.
/// </summary>
/// <param name="recipe">Of the stage.</param>
/// <param name="kl">The coefficient of the KL in the reward; not needed without.</param>
/// <param name="reference">The policy that it is the distance from.</param>
/// <param name="critic">Of estimators that need one.</param>
/// <param name="teacher">The same.</param>
internal sealed class StepAdvantages(ReinforcementRecipe recipe, KlControl? kl = null, ReferencePolicy? reference = null, Critic? critic = null, ReferencePolicy? teacher = null)
{
    /// <summary>The recipe's.</summary>
    public AdvantageEstimator Estimator { get; } = AdvantageEstimators.Find(recipe.Advantage);

    /// <summary>Sets the groups' advantages; adds what was measured.</summary>
    public void Set(IReadOnlyList<PolicyGroup> groups, MetricValues metrics)
    {
        if (groups.Count == 0) return;
        var batch = Batch(groups);
        if (kl is { InReward: true }) SubtractKl(groups, batch, metrics);
        if (Estimator.NeedsTeacher) CompareWithTeacher(groups, batch, metrics);
        // Two tokens at least have a deviation.
        if (Estimator.PerToken && batch.Rewards.Zip(batch.Lengths, (reward, length) => double.IsNaN(reward) ? 0 : length).Sum() < 2) return;
        Estimator.Compute(batch);
        Scatter(batch, groups);
        if (critic is not null) Measure(batch, metrics);
    }

    /// <summary>How well the critic knew what came.</summary>
    private static void Measure(AdvantageBatch batch, MetricValues metrics)
    {
        double[] errors = [.. batch.Returns.Zip(batch.Values, (r, v) => r - v)];
        Moments returns = Moments.Of(batch.Returns), left = Moments.Of(errors);
        if (returns.Deviation > 0) metrics.Add(CriticMetrics.ExplainedVariance, 1 - (left.Deviation * left.Deviation / (returns.Deviation * returns.Deviation)));
        metrics.Add(CriticMetrics.ValueMean, Moments.Of(batch.Values).Mean);
        metrics.Add(CriticMetrics.ReturnMean, returns.Mean);
    }

    /// <summary>Takes the KL out of the rewards, for the next step's coefficient too.</summary>
    private void SubtractKl(IReadOnlyList<PolicyGroup> groups, AdvantageBatch batch, MetricValues metrics)
    {
        var samples = Unweighted(groups);
        var old = Old(groups);
        var logp = new double[old.Length];
        reference!.Score(samples, PolicyScorer.Offsets(samples), logp, []);
        (old, logp) = (Drawn(samples, old), Drawn(samples, logp));
        var mean = KlInReward.SubtractFromTotals(batch.Rewards, batch.Offsets, old, logp, kl!.Coefficient);
        if (Estimator.PerToken) KlInReward.SubtractFromTokens(batch.TokenRewards, old, logp, kl.Coefficient, batch.TokenRewards);
        metrics.Add(CorrectionMetrics.KlInReward, mean);
        kl.CopyTo(metrics);
        kl.Observe(mean, samples.Length);
    }

    /// <summary>What the teacher would rather have written takes the place of rewards.</summary>
    private void CompareWithTeacher(IReadOnlyList<PolicyGroup> groups, AdvantageBatch batch, MetricValues metrics)
    {
        var old = Old(groups);
        var logp = new double[old.Length];
        var samples = Unweighted(groups);
        teacher!.Score(samples, PolicyScorer.Offsets(samples), logp, []);
        (old, logp) = (Drawn(samples, old), Drawn(samples, logp));
        double sum = 0;
        var tokens = 0;
        for (var i = 0; i < batch.Rewards.Length; i++)
        {
            for (var t = batch.Offsets[i]; t < batch.Offsets[i + 1]; t++)
            {
                var isMissing = double.IsNaN(batch.Rewards[i]);
                batch.TokenRewards[t] = isMissing ? double.NaN : logp[t] - old[t];
                if (isMissing) continue;
                sum -= batch.TokenRewards[t];
                tokens++;
            }
        }

        if (tokens > 0) metrics.Add(DistillationMetrics.TeacherKl, sum / tokens);
    }

    /// <summary>Log-probabilities of the policy that is trained, before the updates [tokens].</summary>
    private static double[] Old(IReadOnlyList<PolicyGroup> groups) =>
        [.. groups.SelectMany(g => g.Old?.SelectMany(o => o) ?? g.Rollouts.SelectMany(r => r.BehaviourLogProbabilities.Select(p => (double)p)))];

    /// <summary>Of the tokens that were drawn: those that environments gave are nobody's doing.</summary>
    private static double[] Drawn(IReadOnlyList<PolicySample> samples, double[] values) => DrawnTokens.Of([.. samples.Select(s => s.Rollout)], values);

    private AdvantageBatch Batch(IReadOnlyList<PolicyGroup> groups)
    {
        var starts = new int[groups.Count + 1];
        for (var i = 0; i < groups.Count; i++) starts[i + 1] = starts[i] + groups[i].Rollouts.Length;
        var offsets = new int[starts[^1] + 1];
        var samples = groups.SelectMany(g => g.Rollouts).ToArray();
        for (var i = 0; i < samples.Length; i++) offsets[i + 1] = offsets[i] + DrawnTokens.Count(samples[i]);
        double[] rewards = [.. groups.SelectMany(g => g.Rewards)];
        return new AdvantageBatch
        {
            Groups = starts,
            Offsets = offsets,
            Rewards = rewards,
            TokenRewards = Estimator.PerToken ? WhereEarned(groups, rewards, offsets) : [],
            GreedyRewards = Estimator.NeedsGreedy ? [.. groups.SelectMany(g => Enumerable.Repeat(g.GreedyReward, g.Rollouts.Length))] : [],
            Parts = Estimator.NeedsParts ? RewardParts.Of(groups) : null,
            Discount = recipe.Discount,
            Values = critic is null ? [] : DrawnTokens.Of(samples, critic.Values(Unweighted(groups))),
            Lambda = critic?.Lambda ?? 1,
            Returns = critic is null ? [] : new double[offsets[^1]],
            Advantages = new double[samples.Length],
            TokenAdvantages = Estimator.PerToken ? new double[offsets[^1]] : [],
        };
    }

    private static PolicySample[] Unweighted(IReadOnlyList<PolicyGroup> groups) => [.. groups.SelectMany(g => g.Rollouts.Select(r => new PolicySample(g.Prompt, r, 0)))];

    /// <summary>What a turn earned at its last token, weighed as the score is; all else at the sample's last.</summary>
    private double[] WhereEarned(IReadOnlyList<PolicyGroup> groups, double[] rewards, int[] offsets)
    {
        var tokens = new double[offsets[^1]];
        var weight = recipe.Rewards.OfType<CorrectReward>().Sum(term => term.Weight);
        var i = 0;
        foreach (var group in groups)
        {
            for (var g = 0; g < group.Rollouts.Length; g++, i++)
            {
                var left = rewards[i];
                if (group.TokenRewards?[g] is { } turns && !double.IsNaN(left))
                {
                    var earned = DrawnTokens.Of([group.Rollouts[g]], turns);
                    for (var t = 0; t < earned.Length - 1; t++)
                    {
                        tokens[offsets[i] + t] += weight * earned[t];
                        left -= weight * earned[t];
                    }
                }

                tokens[offsets[i + 1] - 1] += left;
            }
        }

        return tokens;
    }

    private void Scatter(AdvantageBatch batch, IReadOnlyList<PolicyGroup> groups)
    {
        var sample = 0;
        foreach (var group in groups)
        {
            if (Estimator.PerToken) group.TokenAdvantages = new double[group.Rollouts.Length][];
            if (critic is not null) (group.Values, group.Returns) = (new double[group.Rollouts.Length][], new double[group.Rollouts.Length][]);
            for (var g = 0; g < group.Rollouts.Length; g++, sample++)
            {
                group.Advantages[g] = batch.Advantages[sample];
                if (!Estimator.PerToken) continue;
                var range = batch.Offsets[sample]..batch.Offsets[sample + 1];
                var tokens = batch.TokenAdvantages[range];
                group.TokenAdvantages![g] = DrawnTokens.Spread(group.Rollouts[g], tokens);
                if (critic is not null) (group.Values![g], group.Returns![g]) = (DrawnTokens.Spread(group.Rollouts[g], batch.Values[range]), DrawnTokens.Spread(group.Rollouts[g], batch.Returns[range]));
                // The mean of equal numbers need not be that number.
                group.Advantages[g] = tokens.AsSpan().ContainsAnyExcept(tokens[0]) ? tokens.Average() : tokens[0];
            }
        }
    }
}
