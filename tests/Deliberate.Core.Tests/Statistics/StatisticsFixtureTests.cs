using System.Text.Json;
using static Deliberate.Core.Tests.FixtureCases;

namespace Deliberate.Core.Tests;

/// <summary>Golden values of SciPy, statsmodels and exact rationals; the files name the versions.</summary>
public sealed class StatisticsFixtureTests
{
    [Fact]
    public void Proportion_intervals_match() => Cases("statistics", "proportion_intervals.json", (inputs, expected, close) =>
    {
        var (k, n, confidence) = (inputs.GetProperty("k").GetInt32(), inputs.GetProperty("n").GetInt32(), inputs.GetProperty("confidence").GetDouble());
        if (IsError(expected)) return Refuses(() => new Proportion(k, n).Wilson(confidence));
        close.Check(new Proportion(k, n).Wilson(confidence), expected.GetProperty("wilson"));
        var rate = new Proportion(k, n);
        close.Check(rate.ClopperPearson(confidence), expected.GetProperty("clopper_pearson"));
        close.Check(rate.WilsonWithContinuity(confidence), expected.GetProperty("wilson_continuity"));
        close.Check(rate.Jeffreys(confidence, closed: false), expected.GetProperty("jeffreys"));
        close.Check(rate.Jeffreys(confidence), expected.GetProperty("jeffreys_clipped"));
        close.Check(rate.AgrestiCoull(confidence), expected.GetProperty("agresti_coull"));
        close.Check(rate.Wald(confidence), expected.GetProperty("wald"));
        if (expected.TryGetProperty("upper_one_sided", out var upper)) close.Check(Proportion.UpperBoundOfNone(n, confidence), upper);
        return true;
    });

    [Fact]
    public void Differences_and_McNemar_match() => Cases("statistics", "two_proportions.json", (inputs, expected, close) =>
    {
        if (IsError(expected)) return false;
        if (inputs.TryGetProperty("table", out var table))
        {
            int[] cells = [.. Ints(table[0]), .. Ints(table[1])];
            close.Check(McNemar.Exact(cells[1], cells[2]), expected.GetProperty("mcnemar_exact_p"));
            close.Check(McNemar.ChiSquared(cells[1], cells[2], corrected: false)?.Statistic, expected.GetProperty("mcnemar_chi2"));
            if (expected.TryGetProperty("mcnemar_chi2_p", out var p)) close.Check(McNemar.ChiSquared(cells[1], cells[2], corrected: false)!.Value.P, p);
            if (expected.TryGetProperty("mcnemar_chi2_cc", out var corrected)) close.Check(McNemar.ChiSquared(cells[1], cells[2], corrected: true)!.Value.Statistic, corrected);
            if (expected.TryGetProperty("mcnemar_chi2_cc_p", out var correctedP)) close.Check(McNemar.ChiSquared(cells[1], cells[2], corrected: true)!.Value.P, correctedP);
            if (expected.TryGetProperty("mcnemar_mid_p", out var mid)) close.Check(McNemar.MidP(cells[1], cells[2]), mid);
            var fisher = FisherExact.Of(cells[0], cells[1], cells[2], cells[3]);
            close.Check(fisher.TwoSided, expected.GetProperty("fisher_two_sided"));
            close.Check(fisher.Less, expected.GetProperty("fisher_less"));
            close.Check(fisher.Greater, expected.GetProperty("fisher_greater"));
            close.Check(fisher.OddsRatio, expected.GetProperty("odds_ratio"));
            return true;
        }

        Proportion Side(int i) => new(inputs.GetProperty($"k{i}").GetInt32(), inputs.GetProperty($"n{i}").GetInt32());
        var two = new TwoProportions(Side(1), Side(2));
        close.Check(two.Difference, expected.GetProperty("difference"));
        close.Check(two.Z, expected.GetProperty("z_pooled"));
        close.Check(two.PValue, expected.GetProperty("p_two_sided"));
        close.Check(two.Wald(), expected.GetProperty("wald_95"));
        close.Check(two.Newcombe(), expected.GetProperty("newcombe_95"));
        close.Check(two.AgrestiCaffo(), expected.GetProperty("agresti_caffo_95"));
        close.Check(FisherExact.Of(two.First.Successes, two.First.Count - two.First.Successes, two.Second.Successes, two.Second.Count - two.Second.Successes).TwoSided, expected.GetProperty("fisher_two_sided"));
        return true;
    });

    [Fact]
    public void Means_clusters_and_pairs_match() => Cases("statistics", "standard_errors.json", (inputs, expected, close) =>
    {
        if (inputs.TryGetProperty("a", out var a))
        {
            var paired = PairedDifference.Of(Doubles(a), Doubles(inputs.GetProperty("b")));
            close.Check(paired.Difference.Mean, expected.GetProperty("difference"));
            close.Check(paired.Difference.StandardError, expected.GetProperty("standard_error_paired"));
            close.Check(paired.UnpairedStandardError, expected.GetProperty("standard_error_unpaired"));
            close.Check(paired.Correlation, expected.GetProperty("correlation"));
            if (expected.TryGetProperty("z", out var z)) close.Check(paired.T, z);
            if (expected.TryGetProperty("p_two_sided_z", out var pz)) close.Check(paired.PValueOfZ, pz);
            if (expected.TryGetProperty("t", out var t)) close.Check(paired.T, t);
            if (expected.TryGetProperty("p_two_sided_t", out var p)) close.Check(paired.PValue, p);
            if (expected.TryGetProperty("standard_error_paired_clustered", out var clustered))
                close.Check(PairedDifference.Of(Doubles(a), Doubles(inputs.GetProperty("b")), Ints(inputs.GetProperty("clusters"))).Difference.StandardError, clustered);
            return true;
        }

        var values = inputs.GetProperty("values");
        if (values.GetArrayLength() > 0 && values[0].ValueKind == JsonValueKind.Array)
        {
            var parts = VarianceComponents.Of([.. values.EnumerateArray().Select(Doubles)]);
            close.Check(parts.Mean.Mean, expected.GetProperty("mean"));
            close.Check(parts.Mean.StandardError, expected.GetProperty("standard_error"));
            close.Check(parts.Within, expected.GetProperty("within_variance"));
            close.Check(parts.Between, expected.GetProperty("between_variance"));
            return true;
        }

        if (IsError(expected)) return Refuses(() => SampleMean.Of(Doubles(values)));
        if (inputs.TryGetProperty("clusters", out var ids))
        {
            var mean = SampleMean.Clustered(Doubles(values), Ints(ids));
            close.Check(mean.Mean, expected.GetProperty("mean"));
            mean.Clusters.ShouldBe(expected.GetProperty("clusters").GetInt32());

            // One cluster: the formula's 0 must be reported as not estimable (the case's note).
            if (mean.Clusters == 1) mean.StandardError.ShouldBeNull();
            else close.Check(mean.StandardError, expected.GetProperty("standard_error"));
            close.Check(mean.StandardErrorCr1, expected.GetProperty("standard_error_cr1"));
            if (mean.Clusters > 1) close.Check(mean.DesignEffect, expected.GetProperty("design_effect"));
            close.Check(mean.StudentT(), expected.GetProperty("t_95_df_clusters_minus_1"));
            close.Check(SampleMean.Of(Doubles(values)).StandardError, expected.GetProperty("standard_error_naive"));
            return true;
        }

        var plain = SampleMean.Of(Doubles(values));
        close.Check(plain.Mean, expected.GetProperty("mean"));
        close.Check(plain.StandardError, expected.GetProperty("standard_error"));
        close.Check(plain.StandardDeviation, expected.GetProperty("sd"));
        if (expected.TryGetProperty("normal_95", out var normal)) close.Check(plain.StandardError is { } error ? Interval.Around(plain.Mean, Quantiles.TwoSidedNormal(0.95), error) : null, normal);
        if (expected.TryGetProperty("t_95", out var student)) close.Check(plain.StudentT(), student);
        return true;
    });

    [Fact]
    public void Bootstrap_percentiles_match() => Cases("statistics", "bootstrap.json", (inputs, expected, close) =>
    {
        var values = Doubles(inputs.GetProperty("values"));
        if (inputs.TryGetProperty("resample_cluster_indices", out var drawn))
        {
            var clusters = Ints(inputs.GetProperty("clusters"));
            double[] means = [.. drawn.EnumerateArray().Select(d => Ints(d).SelectMany(c => values.Where((_, i) => clusters[i] == c)).Average())];
            close.Check(Bootstrap.Percentile(means), expected.GetProperty("percentile_95"));
            close.Check(Bootstrap.StandardError(means), expected.GetProperty("bootstrap_se"));
            return true;
        }

        if (inputs.TryGetProperty("resample_indices", out var indices))
        {
            double[] means = [.. indices.EnumerateArray().Select(d => Ints(d).Average(i => values[i]))];
            var mean = values.Average();
            close.Check(Bootstrap.Percentile(means), expected.GetProperty("percentile_95"));
            close.Check(Bootstrap.Basic(means, mean), expected.GetProperty("basic_95"));
            close.Check(Bootstrap.StandardError(means), expected.GetProperty("bootstrap_se"));
            var bca = Bootstrap.Accelerated(means, mean, [.. values.Select((v, i) => (values.Sum() - v) / (values.Length - 1))])!.Value;
            close.Check(bca.Bias, expected.GetProperty("z0"));
            close.Check(bca.Acceleration, expected.GetProperty("acceleration"));
            close.Check(bca.Levels, expected.GetProperty("bca_levels"));
            close.Check(bca.Interval, expected.GetProperty("bca_95"));
        }
        else
        {
            // All alike: not defined, and no NaN.
            close.Check(Bootstrap.Accelerated(values, values[0], values)?.Interval, expected.GetProperty("bca_95"));
        }

        var own = Bootstrap.Percentile(Bootstrap.Resample(values.Length, 10_000, new RandomStream(1, StreamStage.Bootstrap), drawn => drawn.Average(i => values[i])));
        if (!expected.TryGetProperty("scipy_20000", out var scipy))
        {
            close.Check(own, expected.GetProperty("percentile_95"));
            return true;
        }

        // SciPy drew its own resamples: loose, as the file says.
        var reference = Doubles(scipy.GetProperty("percentile"));
        own.Low.ShouldBe(reference[0], 0.15 * (reference[1] - reference[0]));
        own.High.ShouldBe(reference[1], 0.15 * (reference[1] - reference[0]));
        return true;
    });

    [Fact]
    public void Pass_at_k_matches() => Cases("rewards", "pass_at_k.json", (inputs, expected, close) =>
    {
        var ks = inputs.GetProperty("k").EnumerateArray().Select(k => k.GetInt32()).ToArray();
        if (inputs.TryGetProperty("n_per_problem", out var samples))
        {
            var (n, c) = (Ints(samples), Ints(inputs.GetProperty("c_per_problem")));
            var right = ItemValues.Of(Enumerable.Range(0, n.Length).SelectMany(i => Enumerable.Range(0, n[i]).Select(s => (Item: i, Right: s < c[i]))), s => s.Item, s => s.Right ? 1 : 0);
            close.Check(PassAtK.Over(right, ks[0]).Value, expected.GetProperty("mean"));
            close.Check(SampleMean.Of([.. n.Select((all, i) => PassAtK.Of(all, c[i], ks[0]))]).StandardError, expected.GetProperty("standard_error"));
            return true;
        }

        var (drawn, solved) = (inputs.GetProperty("n").GetInt32(), inputs.GetProperty("c").GetInt32());
        if (IsError(expected)) return Refuses(() => PassAtK.Of(drawn, solved, ks[0]));
        for (var i = 0; i < ks.Length; i++)
        {
            close.Check(PassAtK.Of(drawn, solved, ks[i]), expected.GetProperty("pass_at_k")[i]);
            close.Check(PassAtK.AllOf(drawn, solved, ks[i]), expected.GetProperty("pass_hat_k")[i]);
        }

        return true;
    });

    [Fact]
    public void Best_of_n_matches() => Cases("rewards", "best_of_n.json", (inputs, expected, close) =>
    {
        var (scores, ns) = (Doubles(inputs.GetProperty("scores")), Ints(inputs.GetProperty("n")));
        bool[] right = [.. inputs.GetProperty("correct").EnumerateArray().Select(c => c.GetBoolean())];
        for (var i = 0; i < ns.Length; i++)
        {
            close.Check(BestOfN.Of(scores, right, ns[i]), expected.GetProperty("best_of_n")[i]);
            close.Check(BestOfN.Of(scores, right, ns[i], ScoreTie.Random), expected.GetProperty("best_of_n_random_ties")[i]);
            close.Check(PassAtK.Of(right.Length, right.Count(r => r), ns[i]), expected.GetProperty("pass_at_n")[i]);
        }

        return true;
    });

    [Fact]
    public void Majority_at_k_matches() => Cases("rewards", "cons_at_k.json", (inputs, expected, close) =>
    {
        var answers = inputs.GetProperty("answers").EnumerateArray().Select(a => a.GetString()).ToArray();
        var gold = inputs.GetProperty("gold").GetString()!;
        var ks = inputs.GetProperty("k");
        if (IsError(expected)) return Refuses(() => MajorityAtK.Expected(answers, gold, ks.ValueKind == JsonValueKind.Number ? ks.GetInt32() : ks[0].GetInt32(), default));
        for (var i = 0; i < ks.GetArrayLength(); i++)
        {
            close.Check(MajorityAtK.Expected(answers, gold, ks[i].GetInt32(), default), expected.GetProperty("accuracy_random_tie")[i]);
            close.Check(MajorityAtK.Expected(answers, gold, ks[i].GetInt32(), default, VoteTie.Wrong), expected.GetProperty("accuracy_tie_wrong")[i]);
            var sampled = MajorityAtK.Sampled(answers, gold, ks[i].GetInt32(), new RandomStream(2, StreamStage.Evaluation, problem: i));
            sampled.ShouldBe(expected.GetProperty("accuracy_random_tie")[i].GetDouble(), 0.04);
        }

        return true;
    });
}
