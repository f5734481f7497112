using Deliberate.Core;

namespace Deliberate.Evaluation.Tests;

/// <summary>Looks are taken once each, by the boundary that those before them leave, and none after the question is decided.</summary>
public sealed class LookPlanTests
{
    private static readonly LookPlan s_plan = new() { Alpha = 0.05, Spending = SpendingFunction.ObrienFleming, Items = 500 };

    [Fact]
    public void Looks_at_the_planned_shares_have_the_published_boundaries_and_are_kept()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("deliberate-").FullName, "plan.json");
        s_plan.Write(path);
        foreach (var (items, boundary) in new[] { (100, 4.8769), (200, 3.3569), (300, 2.6803), (400, 2.2898), (500, 2.0310) })
        {
            var plan = LookPlan.Read(path).Look(Difference(items, gained: 11, lost: 10), "a", "b", out var seen);
            plan.Looks[^1].Critical.ShouldBe(boundary, 1e-3);
            plan.Looks[^1].Finding.ShouldBe("not_told_apart");
            seen.Method.ShouldBe(EstimateMethod.GroupSequential);
            plan.Write(path);
        }

        var last = LookPlan.Read(path);
        last.IsDecided.ShouldBeTrue("all items are in");
        last.Looks.Select(l => l.Items).ShouldBe([100, 200, 300, 400, 500]);
    }

    [Fact]
    public void A_difference_that_would_do_at_the_end_does_not_do_at_a_first_look()
    {
        // z is about 2.8: beyond 1.96, and within 4.88.
        var early = s_plan.Look(Difference(100, gained: 12, lost: 1), "a", "b", out var seen);
        Difference(100, gained: 12, lost: 1).Low.ShouldBeGreaterThan(0);
        seen.Low.ShouldBeLessThan(0);
        early.IsDecided.ShouldBeFalse();
        var plain = (s_plan with { Items = 100 }).Look(Difference(100, gained: 12, lost: 1), "a", "b", out _);
        plain.Looks[0].Finding.ShouldBe("larger", "one look at all of it is an ordinary test");
    }

    [Fact]
    public void A_look_without_more_data_or_after_the_decision_is_refused()
    {
        var first = s_plan.Look(Difference(100, gained: 11, lost: 10), "a", "b", out _);
        Should.Throw<UserError>(() => first.Look(Difference(100, gained: 30, lost: 1), "a", "b", out _)).Message.ShouldContain("once there is more data");
        var decided = first.Look(Difference(300, gained: 90, lost: 10), "a", "b", out var seen);
        seen.Finding.ShouldBe(Finding.Larger);
        Should.Throw<UserError>(() => decided.Look(Difference(400, gained: 90, lost: 10), "a", "b", out _)).Message.ShouldContain("decided at look 2");
    }

    [Fact]
    public void What_is_no_plan_is_refused()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("deliberate-").FullName, "plan.json");
        Should.Throw<UserError>(() => LookPlan.Read(path)).Message.ShouldContain("no such plan");
        File.WriteAllText(path, "[]");
        Should.Throw<UserError>(() => LookPlan.Read(path)).Message.ShouldContain("no plan of looks");
        (s_plan with { FormatVersion = 9 }).Write(path);
        Should.Throw<UserError>(() => LookPlan.Read(path)).Message.ShouldContain("newer version");
    }

    private static Estimate Difference(int items, int gained, int lost)
    {
        ItemValues<(string, string)> from = new(), to = new();
        for (var i = 0; i < items; i++)
        {
            from.Add(($"{i}", $"{i}"), i < lost || (i >= lost + gained && i % 2 == 0) ? 1 : 0);
            to.Add(($"{i}", $"{i}"), (i >= lost && i < lost + gained) || (i >= lost + gained && i % 2 == 0) ? 1 : 0);
        }

        return ClusteredDifferenceMetric.Of(from, to, MeasureKind.Share);
    }
}
