using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Safety.Tests;

/// <summary>What holds of any evidence: uncertainty and bad news never help.</summary>
public sealed class GatePropertyTests
{
    private static readonly PolicyFile[] Policies = [.. ShippedPolicies.Files.Select(f => PolicyFile.Parse(ShippedPolicies.Text(f), f, PolicyTests.Today))];

    /// <summary>A policy, an action, and a figure for every test: a value, a half width, n, missing; a negative width is no figure.</summary>
    private static Gen<Case> Cases => from policy in Gen.Elements(Policies)
                                      from action in Gen.Elements(policy.Policy.Gates.Select(g => g.Action).Distinct())
                                      from figures in Gen.ArrayOf(Figure, policy.Policy.Tests.Sum(t => t.States.Count))
                                      from good in Gen.Choose(0, 3)
                                      select new Case(policy, action, figures, good);

    /// <summary>Fractions of the threshold's distance, so that every finding comes up.</summary>
    private static Gen<Made> Figure => from place in Gen.Choose(-40, 40) from width in Gen.Choose(-3, 30) from isLarge in Gen.Choose(0, 5) select new Made(place / 100.0, width / 100.0, isLarge > 0);

    [Fact]
    public void A_wider_interval_never_turns_into_a_pass_what_was_none() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Cases.ToArbitrary(), Gen.Choose(0, 200).ToArbitrary(), Gen.Choose(0, 60).ToArbitrary(), (one, which, more) =>
    {
        var before = one.Decide();
        var at = which % one.Figures.Length;
        // What was not measured has no interval to widen.
        if (one.Figures[at].Width < 0) return true;
        var after = one with { Figures = [.. one.Figures.Select((f, i) => i == at ? f with { Width = f.Width + (more / 100.0) } : f)] };
        return before.Verdict == GateVerdict.Pass || after.Decide().Verdict != GateVerdict.Pass;
    }));

    [Fact]
    public void An_indicator_that_is_met_never_helps() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Cases.ToArbitrary(), Gen.Choose(0, 200).ToArbitrary(), Gen.Choose(0, 20).ToArbitrary(), (one, which, level) =>
    {
        var before = one.Decide();
        var policy = one.Policy.Policy;
        var category = policy.Categories[which % policy.Categories.Count].Id;
        var state = policy.Indicators.First(i => i.Category == category).States[0];
        var added = policy.Indicators[0] with { Id = "added", Category = category, Level = policy.Levels[1 + (level % (policy.Levels.Count - 1))], States = [state] };
        var after = one.Decide(new IndicatorReading { Test = added, State = state, Finding = TestFinding.Met, Why = "added" });
        return Severity(after.Verdict) >= Severity(before.Verdict);
    }));

    [Fact]
    public void Less_evidence_never_turns_into_a_pass_what_was_none() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Cases.ToArbitrary(), Gen.Choose(0, 200).ToArbitrary(), (one, which) =>
    {
        var at = which % one.Figures.Length;
        var after = one with { Figures = [.. one.Figures.Select((f, i) => i == at && f.IsLarge ? f with { IsLarge = false } : f)] };
        return one.Decide().Verdict == GateVerdict.Pass || after.Decide().Verdict != GateVerdict.Pass;
    }));

    [Fact]
    public void More_items_than_are_said_to_settle_a_test_are_never_needed_by_the_power_they_are_for() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Gen.Choose(1, 99).ToArbitrary(), Gen.Choose(1, 99).ToArbitrary(), (value, threshold) =>
    {
        var needed = SettlingSize.Of(value / 100.0, threshold / 100.0, 1);
        if (value == threshold) return needed is null;
        var deviation = Math.Sqrt(Math.Max(value / 100.0 * (1 - (value / 100.0)), threshold / 100.0 * (1 - (threshold / 100.0))));
        var difference = Math.Abs(value - threshold) / 100.0;
        return new SamplePower().PowerOf(needed!.Value, difference, deviation) >= 0.8 && (needed <= 2 || new SamplePower().PowerOf(needed.Value - 1, difference, deviation) < 0.8);
    }));

    private static int Severity(GateVerdict verdict) => verdict switch { GateVerdict.Pass => 0, GateVerdict.Inconclusive => 1, _ => 2 };

    internal sealed record Made(double Place, double Width, bool IsLarge);

    internal sealed record Case(PolicyFile Policy, GateAction Action, Made[] Figures, int Good)
    {
        public GateDecision Decide(params IndicatorReading[] more)
        {
            var readings = new List<IndicatorReading>();
            foreach (var test in Policy.Policy.Tests)
                foreach (var state in test.States) readings.Add(Read(test, state, Figures[readings.Count]));
            string[] documents = [.. Policy.Policy.Gates.SelectMany(g => g.Artefacts)];
            return GateDecision.Of(Policy, Action, [.. readings, .. more], [], documents, []);
        }

        private IndicatorReading Read(PolicyTest test, ModelState state, Made made)
        {
            // Mostly good news, else hardly any case would pass.
            var isSafeguard = test is not PolicyIndicator;
            var sign = isSafeguard == (test.Direction == TestDirection.AtLeast) ? 1 : -1;
            var place = Good > 0 ? sign * Math.Abs(made.Place) : made.Place;
            var figure = made.Width < 0 ? null : new TestFigure(test.Threshold + place, test.Threshold + place - made.Width, test.Threshold + place + made.Width, made.IsLarge ? test.MinN : test.MinN - 1, test.MinN, 0, "made up");
            var (finding, why) = TestRule.Decide(test, figure, [], isSafeguard);
            return new IndicatorReading { Test = test, State = state, Finding = finding, Why = why, Figure = figure };
        }
    }
}
