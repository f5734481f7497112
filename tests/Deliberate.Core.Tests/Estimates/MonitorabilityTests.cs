using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Core.Tests;

/// <summary>Golden values by the reference implementation (openai/monitorability-evals, commit 806dabf); the cross-fit and the resamples, which draw, by what must hold of them.</summary>
public sealed class MonitorabilityTests
{
    private const double Tolerance = 1e-12;

    [Fact]
    public void Every_golden_value_of_an_instance_is_met()
    {
        var golden = SharedFolder.Json("fixtures", "monitorability", "gmean.json");
        var rows = Rows(golden).ToLookup(r => r.Instance, StringComparer.Ordinal);
        var checks = 0;
        foreach (var instance in golden.GetProperty("per_instance").EnumerateObject())
        {
            var found = Monitorability.Of([.. rows[instance.Name]]);
            Check(instance, "gmean2", found.Squared);
            Check(instance, "gmean", found.GeometricMean);
            Check(instance, "TPR", found.TruePositives);
            Check(instance, "TNR_defined", found.TrueNegatives);
            Check(instance, "FPR", 1 - found.TrueNegatives);
            Check(instance, "TNR_x0", found.TrueNegativesControl);
            Check(instance, "TNR_x1", found.TrueNegativesIntervened);
            Check(instance, "FPR_x0", 1 - found.TrueNegativesControl);
            Check(instance, "FPR_x1", 1 - found.TrueNegativesIntervened);
            Check(instance, "percent_y1x1_from_effect", found.Caused);
            Check(instance, "effect_size", found.Effect);
            found.IsDefined.ShouldBe(instance.Value.GetProperty("eligible").GetBoolean(), instance.Name);
            checks += 12;
        }

        checks.ShouldBe(48 * 12);
        Console.WriteLine($"{checks} golden values of monitorability");
    }

    [Fact]
    public void Every_golden_value_of_the_test_of_an_effect_is_met()
    {
        var golden = SharedFolder.Json("fixtures", "monitorability", "gmean.json");
        golden.GetProperty("wald_k").GetDouble().ShouldBe(WaldEligibility.Threshold);
        var rows = Rows(golden).ToLookup(r => r.Instance, StringComparer.Ordinal);
        var checks = 0;
        foreach (var instance in golden.GetProperty("wald").EnumerateObject())
        {
            var found = WaldEligibility.Of([.. rows[instance.Name]]);
            Check(instance, "effect_size_sel", found.Effect);
            Check(instance, "effect_size_se_sel", found.Error);
            Check(instance, "wald_z_sel", found.Z);
            Check(instance, "n_x0_sel", found.Control);
            Check(instance, "n_x1_sel", found.Intervened);
            found.IsEligible.ShouldBe(instance.Value.GetProperty("eligible_wald_sel").GetBoolean(), instance.Name);
            checks += 6;
        }

        checks.ShouldBe(48 * 6);
        Console.WriteLine($"{checks} golden values of eligibility");
    }

    [Fact]
    public void A_split_parts_each_arm_in_six_tenths_and_the_rest_and_loses_no_row()
    {
        for (var n = 2; n < 30; n++)
        {
            MonitoredRow[] rows = [.. Enumerable.Range(0, n).Select(i => new MonitoredRow($"row {i:000}", i % 2 == 1, i % 3 == 0, i % 5 == 0))];
            var split = CrossFit.Split(rows, seed: 7, number: n, share: 0.6);
            foreach (var arm in new[] { false, true })
            {
                var own = rows.Count(r => r.Intervened == arm);
                var selecting = (int)Math.Ceiling(0.6 * own);
                var isDropped = selecting == own;
                var (selection, estimation) = (split.Selection[arm ? 1 : 0], split.Estimation[arm ? 1 : 0]);
                selection.Length.ShouldBe(isDropped ? 0 : selecting);
                estimation.Length.ShouldBe(isDropped ? 0 : own - selecting);
                if (!isDropped) selection.Concat(estimation).OrderBy(r => r.Instance, StringComparer.Ordinal).ShouldBe(rows.Where(r => r.Intervened == arm).OrderBy(r => r.Instance, StringComparer.Ordinal));
            }

            split.Counts.ShouldBe(CrossFit.Split(rows, 7, n, 0.6).Counts);
        }
    }

    [Fact]
    public void An_instance_with_a_single_row_an_arm_is_counted_and_not_eligible()
    {
        List<MonitoredRow> rows = [new("lonely", false, false, false), new("lonely", true, true, true)];
        for (var i = 0; i < 20; i++) rows.Add(new MonitoredRow("clear", i % 2 == 1, i % 2 == 1, i % 2 == 1));
        var found = MonitorabilityMetric.Of(rows, seed: 1);
        found.Instances.ShouldBe(2);
        found.Eligible.Value.ShouldBe(0.5);
        found.Squared.Value.ShouldBe(1);
        found.TruePositives.Value.ShouldBe(1);
    }

    [Fact]
    public void Without_an_effect_nothing_is_eligible_and_nothing_is_told()
    {
        MonitoredRow[] rows = [.. Enumerable.Range(0, 200).Select(i => new MonitoredRow($"{i / 20}", i % 2 == 1, i % 4 < 2, i % 3 == 0))];
        var found = MonitorabilityMetric.Of(rows, seed: 1);
        found.Eligible.Value.ShouldBe(0);
        found.Squared.IsMeasured.ShouldBeFalse();
        found.Draws.Mean.ShouldBe(double.NaN);
        found.RawTruePositives.IsMeasured.ShouldBeTrue();
    }

    [Fact]
    public void The_same_seed_gives_the_same_figures()
    {
        var rows = Simulate(new Random(3), 20, 20, open: 0.4, silent: 0.3);
        MonitorabilityMetric.Of(rows, 5).ShouldBe(MonitorabilityMetric.Of(rows, 5));
        MonitorabilityMetric.Of(rows, 5).Draws.ShouldNotBe(MonitorabilityMetric.Of(rows, 6).Draws);
    }

    /// <summary>Followers who say so, and followers who do not: effect, raw TPR and load-bearing are known.</summary>
    [Fact]
    public void Intervals_hold_the_truth_of_simulated_habits_about_as_often_as_they_say()
    {
        const int Trials = 60;
        var random = new Random(11);
        int effect = 0, raw = 0, load = 0;
        for (var trial = 0; trial < Trials; trial++)
        {
            var with = Simulate(random, instances: 30, perArm: 8, open: 0.4, silent: 0.3);
            var without = Simulate(random, instances: 30, perArm: 8, open: 0, silent: 0.35);
            var found = MonitorabilityMetric.Of(with, (ulong)trial);
            var bearing = LoadBearingMetric.Of(with, without, (ulong)trial);
            if (Holds(found.AllEffect, 0.7)) effect++;
            if (Holds(found.RawTruePositives, 4.0 / 7)) raw++;
            if (Holds(bearing.Share, 0.5)) load++;
        }

        // At 95% fewer than 50 of 60 have a chance of one in five thousand.
        foreach (var count in new[] { effect, raw, load }) count.ShouldBeGreaterThanOrEqualTo(50);
    }

    [Fact]
    public void A_thought_that_makes_no_difference_bears_no_load_and_one_that_is_needed_bears_all()
    {
        var random = new Random(4);
        var with = Simulate(random, 30, 20, open: 0.7, silent: 0);
        LoadBearingMetric.Of(with, with, 1).Share.Value.ShouldBe(0, 1e-12);
        LoadBearingMetric.Of(with, Simulate(random, 30, 20, open: 0, silent: 0), 1).Share.Value.ShouldBe(1, 1e-12);
        LoadBearingMetric.Of(Simulate(random, 30, 20, 0, 0), with, 1).Share.IsMeasured.ShouldBeFalse();
        LoadBearingMetric.Of(with, [], 1).Share.IsMeasured.ShouldBeFalse();
    }

    private static bool Holds(Estimate estimate, double truth) => estimate.HasInterval && estimate.Low <= truth && truth <= estimate.High;

    private static MonitoredRow[] Simulate(Random random, int instances, int perArm, double open, double silent) =>
    [
        .. from instance in Enumerable.Range(0, instances)
           from row in Enumerable.Range(0, 2 * perArm)
           let u = random.NextDouble()
           let intervened = row % 2 == 1
           select new MonitoredRow($"{instance}", intervened, intervened && u < open + silent, intervened && u < open),
    ];

    private static IEnumerable<MonitoredRow> Rows(JsonElement golden) =>
        golden.GetProperty("rows").EnumerateArray().Select(r => new MonitoredRow(r[0].GetString()!, r[1].GetInt32() == 1, r[2].GetInt32() == 1, r[3].GetInt32() == 1));

    private static void Check(JsonProperty instance, string name, double found)
    {
        var wanted = instance.Value.GetProperty(name);
        // Of an arm that is missing the file has no count.
        if (wanted.ValueKind == JsonValueKind.Null && name.StartsWith("n_", StringComparison.Ordinal)) found.ShouldBe(0, $"{instance.Name}, {name}");
        else if (wanted.ValueKind == JsonValueKind.Null) found.ShouldBe(double.NaN, $"{instance.Name}, {name}");
        else if (wanted.ValueKind == JsonValueKind.String) found.ShouldBe(wanted.GetString() == "inf" ? double.PositiveInfinity : double.NegativeInfinity, $"{instance.Name}, {name}");
        else found.ShouldBe(wanted.GetDouble(), Tolerance, $"{instance.Name}, {name}");
    }
}
