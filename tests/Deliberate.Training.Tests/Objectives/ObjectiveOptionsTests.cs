using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>An option has an effect where its objective reads it, and is refused where a recipe says it of another.</summary>
public sealed class ObjectiveOptionsTests
{
    /// <summary>Each option that is some objectives' own, changed from what any of them has by default.</summary>
    private static readonly Dictionary<string, Func<PolicyOptions, PolicyOptions>> Changes = new(StringComparer.Ordinal)
    {
        ["epsilon_low"] = o => o with { EpsilonLow = 0.07 },
        ["epsilon_high"] = o => o with { EpsilonHigh = 0.06 },
        ["delta"] = o => o with { Delta = o.EpsilonHigh + 1.01 },
        ["dual_clip"] = o => o with { DualClip = 1.05 },
        ["level"] = o => o with { Level = o.Level == ImportanceLevel.Sequence ? ImportanceLevel.Token : ImportanceLevel.Sequence },
        ["log_ratio_clamp"] = o => o with { LogRatioClamp = 0.05 },
        ["temperature_positive"] = o => o with { TemperaturePositive = 2.5 },
        ["temperature_negative"] = o => o with { TemperatureNegative = 2.5 },
        ["vespo_exponent_positive"] = o => o with { VespoExponentPositive = 1.5 },
        ["vespo_decay_positive"] = o => o with { VespoDecayPositive = 1.5 },
        ["vespo_exponent_negative"] = o => o with { VespoExponentNegative = 1.5 },
        ["vespo_decay_negative"] = o => o with { VespoDecayNegative = 1.5 },
        ["kl_cov_ratio"] = o => o with { KlCovRatio = 0.5 },
        ["kl_cov_coefficient"] = o => o with { KlCovCoefficient = 0.7 },
    };

    public static TheoryData<string> Names => [.. PolicyObjectives.All.Select(entry => entry.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_an_objective_reads_changes_its_loss_and_what_it_does_not_read_changes_nothing(string name)
    {
        var entry = PolicyObjectives.Find(name);
        // Ratios on both sides of every clip, of tokens and of whole samples, for advantages of both signs.
        double[] fresh = [-1, -2, -0.5, -1.5, -0.7, -2.2, -0.9, -1.1, -0.4], ratios = [0.6, -0.6, 0.1, 0.6, -0.6, 1.5, -0.6, -0.2, -0.1];
        var data = new PolicyCase { Lengths = [3, 3, 3], LogpNew = fresh, LogpOld = [.. fresh.Zip(ratios, (l, x) => l - x)], Advantages = [1, -1, -0.5] };
        var usual = Of(entry.Defaults);
        foreach (var (key, change) in Changes)
        {
            var options = change(entry.Defaults);
            var reads = entry.Reads!.Contains(key);
            var (loss, gradient) = Of(options);
            (loss != usual.Loss || !gradient.SequenceEqual(usual.Gradient)).ShouldBe(reads, $"{name} {key}");
            string[] expected = reads ? [] : [key], refused = [.. ObjectiveOptions.Problems(entry, options).Select(problem => problem.Key)];
            refused.ShouldBe(expected, $"{name} {key}");
        }

        (double Loss, double[] Gradient) Of(PolicyOptions options)
        {
            var (loss, gradient, _, _) = data.Evaluate(entry.Create(options), data.Normalisers(options));
            return (loss, gradient);
        }
    }

    [Fact]
    public void Every_objective_of_ours_says_what_it_reads_by_the_names_of_recipes()
    {
        var keys = RecipeType.Of(typeof(PolicyOptions)).Keys;
        foreach (var entry in PolicyObjectives.All)
        {
            foreach (var key in entry.Reads.ShouldNotBeNull(entry.Name)) keys.ShouldContain(key, entry.Name);
            ObjectiveOptions.Problems(entry, entry.Defaults).ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData("objective: cispo\noptions: { delta: 9 }", "delta", "It belongs to grpo, dr_grpo, dapo")]
    [InlineData("objective: reinforce\noptions: { epsilon_high: 0.3 }", "epsilon_high", "reinforce does not read it")]
    [InlineData("objective: grpo\noptions: { kl_cov_ratio: 0.1 }", "kl_cov_ratio", "It belongs to kl_cov.")]
    [InlineData("objective: ppo\noptions: { delta: 1.2 }", "delta", "1.2 is not above 1 + epsilon_high (1.2)")]
    [InlineData("options: { kl: k1 }", "kl", "say options.kl_coefficient above 0")]
    [InlineData("options: { kl_coefficient: 0.1, kl: k1, kl_clamped: true }", "kl_clamped", "Only the estimator k3")]
    [InlineData("options: { scale_factor: 64 }", "scale_factor", "seq-mean-token-sum-norm alone")]
    [InlineData("options: { length_epsilon: 0.1 }", "length_epsilon", "seq-mean-token-mean alone")]
    public void An_option_without_effect_is_refused_with_what_it_needs(string reinforcement, string key, string says)
    {
        var error = Should.Throw<UserError>(() => Parse(reinforcement));
        error.Field.ShouldBe($"reinforcement.options.{key}");
        error.Message.ShouldContain(says);
    }

    [Theory]
    [InlineData("objective: reinforce\noptions: { epsilon_high: 0.2, kl_coefficient: 0.1, kl_importance_weighted: true, level: sequence, log_ratio_clamp: 5 }")]
    [InlineData("objective: gmpo\noptions: { length_epsilon: 0.1, aggregation: token-mean }")]
    [InlineData("objective: dr_grpo\noptions: { scale_factor: 64, delta: 1.3, top_entropy_quantile: 0.5, off_policy_threshold: 0.5, count_empty_sequences: false }")]
    [InlineData("options: { kl_coefficient: 0.1, kl_clamped: true, kl_straight_through: true }")]
    [InlineData("schedule: { kind: constant_with_warmup, warmup: 5 }")]
    [InlineData("schedule: { kind: constant, warmup: 0 }")]
    public void What_has_an_effect_and_what_is_the_default_are_said_freely(string reinforcement) => Parse(reinforcement).Reinforcement.Options.ShouldNotBeNull();

    [Fact]
    public void Of_an_objective_of_the_users_nobody_knows_what_it_reads()
    {
        var own = new PolicyObjectiveEntry("own", "ours", new PolicyOptions(), options => new ClippedSurrogate("own", options));
        ObjectiveOptions.Problems(own, new PolicyOptions { KlCovRatio = 0.1, Kl = KlKind.K1, Delta = 1 }).ShouldBeEmpty();
    }

    private static TrainRecipe Parse(string reinforcement) => TrainRecipe.Parse($"name: a\nreinforcement:\n  {reinforcement.ReplaceLineEndings("\n  ")}\n", "a.yaml");
}
