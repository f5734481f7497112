using System.Text.Json;
using Deliberate.Testing;

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
        close.Check(new Proportion(k, n).ClopperPearson(confidence), expected.GetProperty("clopper_pearson"));
        return true;
    });

    [Fact]
    public void Differences_and_McNemar_match() => Cases("statistics", "two_proportions.json", (inputs, expected, close) =>
    {
        if (IsError(expected)) return false;
        if (inputs.TryGetProperty("table", out var table))
        {
            close.Check(McNemar.Exact(table[0][1].GetInt32(), table[1][0].GetInt32()), expected.GetProperty("mcnemar_exact_p"));
            return true;
        }

        Proportion Side(int i) => new(inputs.GetProperty($"k{i}").GetInt32(), inputs.GetProperty($"n{i}").GetInt32());
        close.Check(Proportion.Difference(Side(1), Side(2)), expected.GetProperty("newcombe_95"));
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
            if (expected.TryGetProperty("t", out var t)) close.Check(paired.T, t);
            if (expected.TryGetProperty("p_two_sided_t", out var p)) close.Check(paired.PValue, p);
            if (expected.TryGetProperty("standard_error_paired_clustered", out var clustered))
                close.Check(PairedDifference.Of(Doubles(a), Doubles(inputs.GetProperty("b")), Ints(inputs.GetProperty("clusters"))).Difference.StandardError, clustered);
            return true;
        }

        var values = inputs.GetProperty("values");
        if (values.GetArrayLength() > 0 && values[0].ValueKind == JsonValueKind.Array)
        {
            var rows = SampleMean.Of([.. values.EnumerateArray().Select(row => SampleMean.Of(Doubles(row)).Mean)]);
            close.Check(rows.Mean, expected.GetProperty("mean"));
            close.Check(rows.StandardError, expected.GetProperty("standard_error"));
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
            close.Check(Bootstrap.Percentile([.. drawn.EnumerateArray().Select(d => Ints(d).SelectMany(c => values.Where((_, i) => clusters[i] == c)).Average())]), expected.GetProperty("percentile_95"));
            return true;
        }

        if (inputs.TryGetProperty("resample_indices", out var indices))
            close.Check(Bootstrap.Percentile([.. indices.EnumerateArray().Select(d => Ints(d).Average(i => values[i]))]), expected.GetProperty("percentile_95"));
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

    /// <summary>Runs every case of a file; a check returns false where the file's case has no counterpart here.</summary>
    private static void Cases(string folder, string file, Func<JsonElement, JsonElement, Closeness, bool> check)
    {
        var root = SharedFolder.Json("fixtures", folder, file);
        var tolerance = root.GetProperty("meta").GetProperty("tolerance").GetDouble();
        int run = 0, all = 0;
        foreach (var one in root.GetProperty("cases").EnumerateArray())
        {
            var closeness = new Closeness(tolerance, one.GetProperty("name").GetString()!);
            all++;
            if (check(one.GetProperty("inputs"), one.GetProperty("expected"), closeness)) run++;
        }

        Console.WriteLine($"{folder}/{file}: {run} of {all} cases");
        run.ShouldBe(all);
    }

    private static bool IsError(JsonElement expected) => expected.TryGetProperty("error", out _);

    private static bool Refuses(Action action)
    {
        Should.Throw<ArgumentException>(action);
        return true;
    }

    private static double[] Doubles(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetDouble())];

    private static int[] Ints(JsonElement list) => [.. list.EnumerateArray().Select(v => v.GetInt32())];
}

/// <summary>Compares with a golden value, relative to max(1, |expected|); a null must be null.</summary>
internal sealed record Closeness(double Tolerance, string Name)
{
    public void Check(double? actual, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            actual.ShouldBeNull(Name);
            return;
        }

        var value = expected.GetDouble();
        actual.ShouldNotBeNull(Name);
        actual.Value.ShouldBe(value, Tolerance * Math.Max(1, Math.Abs(value)), Name);
    }

    public void Check(Interval? actual, JsonElement expected)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            actual.ShouldBeNull(Name);
            return;
        }

        Check(actual?.Low, expected[0]);
        Check(actual?.High, expected[1]);
    }
}
