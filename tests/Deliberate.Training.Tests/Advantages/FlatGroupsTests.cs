using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>A group whose rewards are the same, to rounding, has advantages of exactly 0 in every kind of advantage, whatever stands beside it.</summary>
public sealed class FlatGroupsTests
{
    /// <summary>Each kind, as advantages a sample; those a token are the same on every token of a sample.</summary>
    private static readonly Dictionary<string, Func<double[], int[], double[]>> Kinds = new(StringComparer.Ordinal)
    {
        ["group"] = (rewards, groups) => Group(rewards, groups, AdvantageScaling.Group),
        ["batch"] = (rewards, groups) => Group(rewards, groups, AdvantageScaling.Batch),
        ["none"] = (rewards, groups) => Group(rewards, groups, AdvantageScaling.None),
        ["group, verl"] = (rewards, groups) => Of(rewards, a => GroupAdvantages.Compute(rewards, groups, AdvantageScaling.Group, a, 1e-6, singletonKeepsReward: true)),
        ["gdpo"] = (rewards, groups) => Of(rewards, a => GdpoAdvantages.Compute(rewards, [1], groups, a)),
        ["gdpo of two"] = (rewards, groups) => Of(rewards, a => GdpoAdvantages.Compute([.. rewards.SelectMany(r => new[] { r / 3, 2 * r })], [0.7, 0.1], groups, a)),
        ["rloo"] = (rewards, groups) => Of(rewards, a => RlooAdvantages.Compute(rewards, groups, a)),
        ["rloo, normalised"] = (rewards, groups) => Of(rewards, a => RlooAdvantages.Compute(rewards, groups, a, normalize: true)),
        ["opo"] = (rewards, groups) => Of(rewards, a => OpoAdvantages.Compute(rewards, Lengths(rewards), groups, a)),
        ["gpg"] = (rewards, groups) => Of(rewards, a => GpgAdvantages.Compute(rewards, groups, a)),
        ["pass_at_k"] = (rewards, groups) => Of(rewards, a => PassAtKAdvantages.Compute(rewards, groups, a)),
        ["pass_at_k, not scaled"] = (rewards, groups) => Of(rewards, a => PassAtKAdvantages.Compute(rewards, groups, a, scale: false)),
        ["remax"] = (rewards, groups) => Of(rewards, a => ReMaxAdvantages.Compute(rewards, Greedy(rewards, groups), a)),
        ["reinforce_pp_baseline"] = (rewards, groups) => PerToken(rewards, (offsets, a) => ReinforcePlusPlusBaselineAdvantages.Compute(rewards, groups, offsets, [], a)),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    private static Gen<double> Level => Gen.OneOf(
        Gen.Elements(0.1, 1.0 / 3, 0.5, -1.5, 0, 1, 0.7, 1e6 + 0.1, -123_456.789, 1e-3),
        Gen.Choose(-1_000_000, 1_000_000).Select(n => n / 7919.0));

    /// <summary>Weighted components whose sum is the same, added in another order for each sample.</summary>
    private static Gen<double[]> Flat => Gen.OneOf(
        from level in Level
        from count in Gen.Choose(2, 12)
        select Enumerable.Repeat(level, count).ToArray(),
        from parts in Level.Select(l => l / 3).ArrayOf(6)
        from orders in Gen.Shuffle(Enumerable.Range(0, 6)).ArrayOf(8)
        select orders.Select(order => order.Aggregate(0.0, (sum, i) => sum + parts[i])).ToArray());

    private static Gen<double[]> Varied =>
        from rewards in Gen.Choose(0, 8).Select(n => n / 8.0).ArrayOf(6)
        where rewards.Distinct().Count() > 1
        select rewards;

    [Theory]
    [MemberData(nameof(Names))]
    public void A_flat_group_has_no_advantage_beside_any_others(string kind) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Batch.ToArbitrary(), batch =>
        {
            var (rewards, groups) = Join(batch.Select(b => b.Rewards));
            var advantages = Kinds[kind](rewards, groups);
            for (var g = 0; g < batch.Length; g++)
            {
                var members = advantages[groups[g]..groups[g + 1]];
                if (batch[g].IsFlat) members.ShouldAllBe(a => a == 0, $"{kind}: {string.Join(' ', batch[g].Rewards.Select(r => r.ToString("R", null)))}");
                else members.ShouldAllBe(a => double.IsFinite(a));
            }
        }));

    [Theory]
    [MemberData(nameof(Names))]
    public void A_group_that_differs_still_has_advantages(string kind)
    {
        var (rewards, groups) = Join([[0.1, 0.1, 0.1, 0.1], [0, 0, 1, 0]]);
        var advantages = Kinds[kind](rewards, groups);
        advantages[..4].ShouldAllBe(a => a == 0);
        advantages[6].ShouldBeGreaterThan(0.3);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_missing_reward_changes_nothing_for_the_others_of_its_group(string kind)
    {
        double[] group = [0.25, 0, 1, 0.75];
        var (alone, groups) = Join([[1, 0, 0, 0.5], group]);
        var (missing, wider) = Join([[1, 0, 0, 0.5], [.. group, double.NaN]]);
        double[] without = Kinds[kind](alone, groups), with = Kinds[kind](missing, wider);
        with[..8].Zip(without).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-12);
        with[8].ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_group_with_one_reward_among_missing_ones_has_no_advantage(string kind)
    {
        if (kind == "remax") return; // It compares with a greedy completion, not with the group.
        var (rewards, groups) = Join([[double.NaN, 0.7, double.NaN], [1, 0, 0, 0.5]]);
        Kinds[kind](rewards, groups)[..3].ShouldAllBe(a => a == 0);
    }

    [Fact]
    public void A_flat_batch_whitens_to_exactly_0() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Flat.ToArbitrary(), rewards =>
        {
            var whitened = rewards.ToArray();
            Whitening.Apply(whitened, []);
            whitened.ShouldAllBe(v => v == 0);
            var (returns, advantages) = (new double[rewards.Length], new double[rewards.Length]);
            ReinforcePlusPlusAdvantages.Compute(rewards, [.. Enumerable.Range(0, rewards.Length + 1)], [], 1, returns, advantages);
            advantages.ShouldAllBe(v => v == 0);
            returns.ShouldBe(rewards);
        }));

    [Theory]
    [InlineData(new[] { 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1 }, true)]
    [InlineData(new[] { 0.30000000000000004, 0.3, 0.3 }, true)]
    [InlineData(new[] { 5.5e-17, 0, 0 }, true)]
    [InlineData(new[] { 1e12, 1e12 + 0.0001220703125 }, true)]
    [InlineData(new[] { 1e6, 1e6 + 0.001 }, false)]
    [InlineData(new[] { 0.5, 0.5000001 }, false)]
    [InlineData(new[] { 0, 1e-6 }, false)]
    [InlineData(new[] { 0.1, double.NaN, 0.1 }, true)]
    [InlineData(new[] { 0.1, double.NaN }, false)]
    [InlineData(new double[0], false)]
    public void Flat_is_what_differs_by_rounding_alone(double[] rewards, bool flat)
    {
        var spread = RewardSpread.Of(rewards);
        spread.IsFlat.ShouldBe(flat);
        spread.Differs.ShouldBe(!flat && spread.Count > 1);
    }

    private static Gen<(double[] Rewards, bool IsFlat)[]> Batch =>
        from groups in Gen.OneOf(Flat.Select(r => (r, true)), Varied.Select(r => (r, false))).NonEmptyListOf()
        select groups.Take(6).ToArray();

    private static (double[] Rewards, int[] Groups) Join(IEnumerable<double[]> groups)
    {
        var all = groups.ToArray();
        return ([.. all.SelectMany(g => g)], Golden.Offsets(all.Select(g => g.Length)));
    }

    private static double[] Group(double[] rewards, int[] groups, AdvantageScaling scaling) => Of(rewards, a => GroupAdvantages.Compute(rewards, groups, scaling, a));

    private static double[] Of(double[] rewards, Action<double[]> compute)
    {
        var advantages = new double[rewards.Length];
        compute(advantages);
        return advantages;
    }

    private static int[] Lengths(double[] rewards) => [.. rewards.Select((_, i) => 1 + (i % 5))];

    /// <summary>The greedy completion of a flat group earns what the samples do; that of another one earns nothing.</summary>
    private static double[] Greedy(double[] rewards, int[] groups)
    {
        var greedy = new double[rewards.Length];
        for (var g = 0; g + 1 < groups.Length; g++)
        {
            var spread = RewardSpread.Of(rewards.AsSpan(groups[g]..groups[g + 1]));
            greedy.AsSpan(groups[g]..groups[g + 1]).Fill(spread.IsFlat ? spread.Highest : 0);
        }

        return greedy;
    }

    private static double[] PerToken(double[] rewards, Action<int[], double[]> compute)
    {
        var offsets = Golden.Offsets(Lengths(rewards));
        var tokens = new double[offsets[^1]];
        compute(offsets, tokens);
        return [.. rewards.Select((_, i) => tokens[offsets[i]])];
    }
}
