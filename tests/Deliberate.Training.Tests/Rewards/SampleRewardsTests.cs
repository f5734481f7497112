using Deliberate.Models;
using Deliberate.Reasoning;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Training.Tests;

/// <summary>An unreadable answer never earns more than a readable wrong one, whatever is scored, weighed and punished.</summary>
public sealed class SampleRewardsTests
{
    private static readonly Problem Asked = new("own", 1, Split.Train, 0, "", "{}", "", "");

    private static Gen<double> Number => Gen.OneOf(Gen.Elements(0, 1, -1.5, -1e6, 0.2), Gen.Choose(-400, 400).Select(n => n / 100.0));

    private static Gen<Drawn> Sample =>
        from kind in Gen.Choose(0, 5)
        from score in Number
        from format in Number
        from length in Gen.Choose(1, 16)
        select new Drawn(kind, score, format, length);

    private static Gen<(Drawn[][] Groups, double Correct, double Format, double Lowest, int Cache)> Step =>
        from groups in Gen.ArrayOf(Gen.ArrayOf(Sample, 4), 3)
        from correct in Gen.Elements(0, 0.5, 1, 10)
        from format in Number
        from lowest in Gen.Elements(0, -1.5, 1, -10)
        from cache in Gen.Elements(0, 8)
        select (groups, (double)correct, format, (double)lowest, cache);

    [Fact]
    public void Unreadable_answers_earn_at_most_what_readable_wrong_ones_do() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000), Prop.ForAll(Step.ToArbitrary(), step =>
        {
            var groups = step.Groups.Select(Group).ToArray();
            new SampleRewards(Weights(step.Correct, step.Format, step.Cache), step.Lowest, maxTokens: 16).Settle(groups);
            var wrongOfStep = groups.SelectMany(Wrong).ToArray();
            foreach (var group in groups)
            {
                double[] wrong = [.. Wrong(group)];
                foreach (var (verdict, reward) in Rewards(group))
                {
                    double.IsNaN(reward).ShouldBe(!verdict.IsJudged);
                    if (verdict.IsReadable || !verdict.IsJudged) continue;
                    (wrong.Length > 0 ? wrong : wrongOfStep).ShouldAllBe(r => reward <= r);
                    reward.ShouldBeLessThanOrEqualTo((step.Correct * step.Lowest) + Math.Max(0, step.Format * verdict.Scores[0].Value) + 1e-9);
                }
            }
        }));

    [Fact]
    public void What_a_readable_answer_earns_does_not_depend_on_the_others()
    {
        RolloutGroup alone = Group([Wrong(-1.5, 0.2), Right(1, 0.1)]), among = Group([Wrong(-1.5, 0.2), Right(1, 0.1), Unreadable(1), Failed()]);
        var rewards = new SampleRewards(Weights(2, 0.5), 0, 16);
        rewards.Settle([alone]);
        rewards.Settle([among]);
        alone.Rewards.ShouldBe([-2.9, 2.05]);
        among.Rewards[..2].ShouldBe(alone.Rewards);
        among.Rewards[3].ShouldBe(double.NaN);
    }

    [Theory]
    // The verifier gives a readable wrong answer -1.5: an unreadable one gets no more, and no format component lifts it.
    [InlineData(0.0, 0.0, -1.5)]
    [InlineData(0.0, 4.0, -1.4)]
    [InlineData(-3.0, 0.0, -3.0)]
    // Its own parts still count below that.
    [InlineData(0.0, -2.0, -1.7)]
    public void The_worst_score_is_the_lowest_that_is_known(double lowest, double format, double expected)
    {
        var group = Group([Wrong(-1.5, 1), Right(1, 0), Unreadable(format)]);
        new SampleRewards(Weights(1, 0.1), lowest, 16).Settle([group]);
        group.Rewards[2].ShouldBe(expected, 1e-12);
        group.Scores[2].ShouldBe(Math.Min(lowest, -1.5));
        // The parts that are recorded make up the reward.
        (group.Scores[2] + (0.1 * format) + group.Withheld[2]).ShouldBe(group.Rewards[2], 1e-12);
    }

    [Fact]
    public void A_group_without_a_readable_wrong_answer_goes_by_those_of_the_step()
    {
        RolloutGroup unread = Group([Unreadable(3), Unreadable(0)]), solved = Group([Right(1, 0), Unreadable(0)]), judged = Group([Wrong(-1.5, 0), Right(1, 0)]);
        new SampleRewards(Weights(1, 1), 0, 16).Settle([unread, solved, judged]);
        unread.Rewards.ShouldBe([-1.5, -1.5]);
        solved.Rewards.ShouldBe([1, -1.5]);
    }

    [Fact]
    public void Where_nothing_was_readable_no_component_is_a_way_out()
    {
        var group = Group([Unreadable(3), Unreadable(0), Unreadable(-1)]);
        new SampleRewards(Weights(1, 1), -2, 16).Settle([group]);
        group.Rewards.ShouldBe([-2, -2, -3]);
    }

    [Fact]
    public void A_penalty_of_length_leaves_no_gap_either()
    {
        // The wrong answer is readable and too long, the unreadable one is short.
        var group = Group([new Drawn(0, 0, 0, 16), Unreadable(0)]);
        new SampleRewards(Weights(1, 0, cache: 8), 0, 16).Settle([group]);
        group.Rewards.ShouldBe([-1, -1]);
    }

    private static RewardRecipe[] Weights(double correct, double format, int cache = 0) =>
        [new CorrectReward { Weight = correct }, new ComponentReward { Component = "format", Weight = format }, .. cache == 0 ? [] : new RewardRecipe[] { new OverlongReward { Cache = cache } }];

    private static IEnumerable<(Verdict Verdict, double Reward)> Rewards(RolloutGroup group) => group.Samples.Select((s, g) => (s.Verdict, group.Rewards[g]));

    private static IEnumerable<double> Wrong(RolloutGroup group) => Rewards(group).Where(r => r.Verdict.Outcome == SampleOutcome.Fail).Select(r => r.Reward);

    private static Drawn Wrong(double score, double format) => new(0, score, format, 1);

    private static Drawn Right(double score, double format) => new(2, score, format, 1);

    private static Drawn Unreadable(double format) => new(3, 0, format, 1);

    private static Drawn Failed() => new(5, 0, 0, 1);

    private static RolloutGroup Group(Drawn[] drawn) => Scored.Group(Asked, 0, drawn.Select(d => (d.Verdict, (Rollout?)new Rollout([.. Enumerable.Range(0, d.Length)], [], [], FinishReason.Stop))));

    private sealed record Drawn(int Kind, double Score, double Format, int Length)
    {
        public Verdict Verdict => Kind switch
        {
            0 or 1 => Verdict.Fail("wrong", Score) with { Scores = [new("format", Format)] },
            2 => Verdict.Pass(Score) with { Scores = [new("format", Format)] },
            3 or 4 => Verdict.Unscored("nothing to read") with { Scores = [new("format", Format)] },
            _ => Verdict.HarnessError("broken"),
        };
    }
}
