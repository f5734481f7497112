using System.Text.Json;
using static Deliberate.Core.Tests.FixtureCases;

namespace Deliberate.Core.Tests;

/// <summary>Golden values of SciPy, statsmodels, scikit-learn and krippendorff; the files name the versions.</summary>
public sealed class FurtherFixtureTests
{
    [Fact]
    public void Adjusted_p_values_match() => Cases("statistics", "multiplicity.json", (inputs, expected, close) =>
    {
        var p = Doubles(inputs.GetProperty("p"));
        if (IsError(expected)) return Refuses(() => Multiplicity.Adjust(p, Adjustment.Holm));
        if (p.Length == 0)
        {
            Multiplicity.Adjust(p, Adjustment.Holm).ShouldBeEmpty();
            return true;
        }

        var alpha = inputs.GetProperty("alpha").GetDouble();
        foreach (var (name, by) in new[] { ("holm", Adjustment.Holm), ("fdr_bh", Adjustment.BenjaminiHochberg), ("bonferroni", Adjustment.Bonferroni), ("simes-hochberg", Adjustment.Hochberg), ("fdr_by", Adjustment.BenjaminiYekutieli) })
        {
            var adjusted = Multiplicity.Adjust(p, by);
            for (var i = 0; i < p.Length; i++)
            {
                close.Check(adjusted[i], expected.GetProperty(name).GetProperty("adjusted")[i]);
                (adjusted[i] <= alpha).ShouldBe(expected.GetProperty(name).GetProperty("reject")[i].GetBoolean(), $"{close.Name} {name} {i}");
            }
        }

        return true;
    });

    [Fact]
    public void Permutation_tests_match() => Cases("statistics", "permutation.json", (inputs, expected, close) =>
    {
        double[] a = Doubles(inputs.GetProperty("a")), b = Doubles(inputs.GetProperty("b"));
        // Only the paired cases have two lists of the same length.
        var test = a.Length == b.Length ? Permutation.Paired(a, b, 1) : Permutation.Independent(a, b, 1);
        test.IsExact.ShouldBeTrue();
        close.Check(test.Difference, expected.GetProperty("difference"));
        close.Check(test.TwoSided, expected.GetProperty("p").GetProperty("two-sided"));
        close.Check(test.Greater, expected.GetProperty("p").GetProperty("greater"));
        close.Check(test.Less, expected.GetProperty("p").GetProperty("less"));
        return true;
    });

    [Fact]
    public void Agreement_matches() => Cases("statistics", "agreement.json", (inputs, expected, close) =>
    {
        if (inputs.TryGetProperty("counts", out var counts))
        {
            close.Check(FleissKappa.Of([.. counts.EnumerateArray().Select(Ints)]), expected.GetProperty("kappa"));
            return true;
        }

        if (inputs.TryGetProperty("ratings", out var ratings))
        {
            double[][] rows = [.. ratings.EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.String ? double.NaN : v.GetDouble()).ToArray())];
            close.Check(KrippendorffAlpha.Of(rows, RatingScale.Nominal), expected.GetProperty("nominal"));
            close.Check(KrippendorffAlpha.Of(rows, RatingScale.Ordinal), expected.GetProperty("ordinal"));
            close.Check(KrippendorffAlpha.Of(rows, RatingScale.Interval), expected.GetProperty("interval"));
            var estimate = KrippendorffAlpha.Over(rows, RatingScale.Nominal, 1);
            if (KrippendorffAlpha.Of(rows, RatingScale.Nominal) is { } alpha) estimate.Value.ShouldBe(alpha, 1e-12);
            else estimate.IsMeasured.ShouldBeFalse();
            return true;
        }

        int[] a = Ints(inputs.GetProperty("a")), b = Ints(inputs.GetProperty("b"));
        var kappa = CohenKappa.Of(a, b);
        close.Check(kappa.Observed, expected.GetProperty("observed"));
        close.Check(kappa.Value, expected.GetProperty("kappa"));
        close.Check(CohenKappa.Weighted(a, b, KappaWeights.None), expected.GetProperty("kappa"));
        close.Check(CohenKappa.Weighted(a, b, KappaWeights.Linear), expected.GetProperty("kappa_linear"));
        close.Check(CohenKappa.Weighted(a, b, KappaWeights.Quadratic), expected.GetProperty("kappa_quadratic"));
        if (!expected.TryGetProperty("standard_error", out var error)) return true;
        // A variance of 0 is rounded to some 1e-15 there, whose root is large: variances are compared.
        Math.Pow(kappa.StandardError!.Value, 2).ShouldBe(Math.Pow(error.GetDouble(), 2), close.Tolerance, close.Name);
        var loose = close with { Tolerance = error.GetDouble() < 1e-6 ? 1e-6 : close.Tolerance };
        loose.Check(kappa.Interval, expected.GetProperty("interval_95"));
        return true;
    });

    [Fact]
    public void Scores_and_their_calibration_match() => Cases("statistics", "scores.json", (inputs, expected, close) =>
    {
        if (expected.TryGetProperty("temperature", out var temperature))
        {
            var fit = TemperatureScaling.Fit([.. inputs.GetProperty("logits").EnumerateArray().Select(Doubles)], Ints(inputs.GetProperty("labels")));
            (close with { Tolerance = 1e-5 }).Check(fit.Temperature, temperature);
            (close with { Tolerance = 1e-9 }).Check(fit.LossBefore, expected.GetProperty("nll_before"));
            (close with { Tolerance = 1e-9 }).Check(fit.LossAfter, expected.GetProperty("nll_after"));
            return true;
        }

        bool[] labels = [.. Ints(inputs.GetProperty("labels")).Select(l => l == 1)];
        var scores = Doubles(inputs.GetProperty("scores"));
        if (expected.TryGetProperty("slope", out var slope))
        {
            var fit = PlattScaling.Fit(labels, scores)!;
            (close with { Tolerance = 1e-6 }).Check(fit.Slope, slope);
            (close with { Tolerance = 1e-6 }).Check(fit.Intercept, expected.GetProperty("intercept"));
            return true;
        }

        var ranking = RankingScores.Of(labels, scores);
        close.Check(ranking.RocAuc, expected.GetProperty("roc_auc"));
        if (expected.TryGetProperty("roc_auc_se_hanley_mcneil", out var error)) close.Check(ranking.RocAucError, error);
        if (expected.TryGetProperty("average_precision", out var average)) close.Check(ranking.AveragePrecision, average);
        if (expected.TryGetProperty("pr_auc_trapezoid", out var area)) close.Check(ranking.PrecisionRecallTrapezoid, area);
        if (!expected.TryGetProperty("brier", out var brier)) return true;
        close.Check(Calibration.Brier(labels, scores), brier);
        close.Check(Calibration.LogLoss(labels, scores), expected.GetProperty("log_loss"));
        foreach (var bins in new[] { 10, 15 })
        {
            foreach (var (name, by) in new[] { ("width", CalibrationBins.Width), ("count", CalibrationBins.Count) })
            {
                var (ece, mce) = Calibration.Error(labels, scores, bins, by);
                close.Check(ece, expected.GetProperty($"ece_{bins}_{name}"));
                close.Check(mce, expected.GetProperty($"mce_{bins}_{name}"));
            }
        }

        return true;
    });

    [Fact]
    public void Power_matches() => Cases("statistics", "power.json", (inputs, expected, close) =>
    {
        double Of(string name) => inputs.GetProperty(name).GetDouble();
        var plan = new SamplePower(Of("alpha"), inputs.TryGetProperty("power", out var power) ? power.GetDouble() : 0.8);
        if (inputs.TryGetProperty("p1", out _))
        {
            double p1 = Of("p1"), p2 = Of("p2");
            close.Check(plan.PairedSize(p1, p2, 0), expected.GetProperty("n_unpaired"));
            close.Check(plan.PooledSize(p1, p2), expected.GetProperty("n_pooled_null"));
            close.Check(plan.ArcsineSize(p1, p2), expected.GetProperty("n_arcsine"));
            foreach (var r in new[] { "0", "0.5", "0.8" }) close.Check(plan.PairedSize(p1, p2, double.Parse(r, System.Globalization.CultureInfo.InvariantCulture)), expected.GetProperty($"n_paired_r_{r}"));
            return true;
        }

        if (expected.TryGetProperty("mde", out var detectable))
        {
            close.Check(plan.DetectableWithSamples(Of("n"), Of("omega2"), Of("sigma2_a"), (int)Of("k_a"), Of("sigma2_b"), (int)Of("k_b")), detectable);
            return true;
        }

        close.Check(plan.PowerOf(Of("n"), Of("difference"), Of("sd_of_difference")), expected.GetProperty("power"));
        close.Check(plan.Detectable(Of("n"), Of("sd_of_difference")), expected.GetProperty("minimum_detectable_80"));
        return true;
    });

    [Fact]
    public void Bradley_and_Terry_s_strengths_match() => Cases("statistics", "bradley_terry.json", (inputs, expected, close) =>
    {
        var wins = Matrix(inputs.GetProperty("wins"));
        var model = PairwiseModel.Fit(wins);
        if (IsError(expected))
        {
            model.ShouldBeNull(close.Name);
            PairwiseModel.Groups(wins, null).Count.ShouldBeGreaterThan(1);
            return true;
        }

        for (var i = 0; i < wins.GetLength(0); i++)
        {
            close.Check(model!.Strengths[i], expected.GetProperty("log_strength")[i]);
            close.Check(model.StandardErrors[i], expected.GetProperty("standard_error")[i]);
            close.Check(model.Elo[i], expected.GetProperty("elo_mean_1000")[i]);
        }

        close.Check(model!.NegativeLogLikelihood, expected.GetProperty("negative_log_likelihood"));
        close.Check(model.WinProbability(0, 1), expected.GetProperty("win_probability_0_over_1"));
        if (!inputs.TryGetProperty("bootstrap_wins", out var drawn)) return true;
        IReadOnlyList<double>[] elo = [.. drawn.EnumerateArray().Select(w => PairwiseModel.Fit(Matrix(w))!.Elo)];
        for (var i = 0; i < wins.GetLength(0); i++)
        {
            var interval = Bootstrap.Percentile([.. elo.Select(e => e[i])]);
            close.Check(interval.Low, expected.GetProperty("bootstrap_elo_percentile_95")[0][i]);
            close.Check(interval.High, expected.GetProperty("bootstrap_elo_percentile_95")[1][i]);
        }

        return true;
    });

    [Fact]
    public void Correlations_rates_and_bounds_match() => Cases("statistics", "correlation_beta.json", (inputs, expected, close) =>
    {
        if (inputs.TryGetProperty("x", out var x))
        {
            var found = Correlation.Of(Doubles(x), Doubles(inputs.GetProperty("y")));
            var loose = close with { Tolerance = 1e-8 };
            close.Check(found.Pearson, expected.GetProperty("pearson"));
            loose.Check(found.PearsonP, expected.GetProperty("pearson_p"));
            close.Check(found.Spearman, expected.GetProperty("spearman"));
            loose.Check(found.SpearmanP, expected.GetProperty("spearman_p"));
            close.Check(found.TauB, expected.GetProperty("kendall_tau_b"));
            loose.Check(found.TauP, expected.GetProperty("kendall_tau_b_p"));
            close.Check(found.TauC, expected.GetProperty("kendall_tau_c"));
            if (expected.TryGetProperty("pearson_fisher_z_95", out var z)) close.Check(found.PearsonInterval, z);
            return true;
        }

        if (inputs.TryGetProperty("prior_alpha", out var prior))
        {
            var posterior = new BetaPosterior(inputs.GetProperty("k").GetInt32(), inputs.GetProperty("n").GetInt32(), prior.GetDouble(), inputs.GetProperty("prior_beta").GetDouble());
            close.Check(posterior.Mean, expected.GetProperty("mean"));
            close.Check(posterior.Interval(), expected.GetProperty("interval_95"));
            close.Check(posterior.ProbabilityAbove(0.5), expected.GetProperty("probability_above_half"));
            return true;
        }

        if (inputs.TryGetProperty("sensitivity", out var sensitivity))
        {
            int k = inputs.GetProperty("k").GetInt32(), n = inputs.GetProperty("n").GetInt32();
            RoganGladen Corrected() => RoganGladen.Of((double)k / n, n, sensitivity.GetDouble(), inputs.GetProperty("specificity").GetDouble());
            if (IsError(expected)) return Refuses(() => Corrected());
            close.Check(Corrected().Raw, expected.GetProperty("raw"));
            close.Check(Corrected().Clipped, expected.GetProperty("clipped"));
            close.Check(Corrected().StandardError, expected.GetProperty("standard_error_fixed_se_sp"));
            return true;
        }

        if (inputs.TryGetProperty("unsafe", out var counted))
        {
            var bounds = MissingBounds.Of(counted.GetInt32(), inputs.GetProperty("unscored").GetInt32(), inputs.GetProperty("n").GetInt32());
            close.Check(bounds.Lower, expected.GetProperty("lower"));
            close.Check(bounds.Upper, expected.GetProperty("upper"));
            close.Check(bounds.CompleteCase, expected.GetProperty("complete_case"));
            return true;
        }

        var fit = BetaBinomial.Fit(Ints(inputs.GetProperty("k")), Ints(inputs.GetProperty("n")))!;
        var wide = close with { Tolerance = 1e-4 };
        wide.Check(fit.Alpha, expected.GetProperty("alpha"));
        wide.Check(fit.Beta, expected.GetProperty("beta"));
        wide.Check(fit.Mean, expected.GetProperty("mean"));
        wide.Check(fit.Intraclass, expected.GetProperty("intraclass"));
        (close with { Tolerance = 1e-8 }).Check(fit.NegativeLogLikelihood, expected.GetProperty("negative_log_likelihood"));
        return true;
    });

    private static double[,] Matrix(JsonElement rows)
    {
        var n = rows.GetArrayLength();
        var matrix = new double[n, n];
        for (var i = 0; i < n; i++)
            for (var j = 0; j < n; j++) matrix[i, j] = rows[i][j].GetDouble();
        return matrix;
    }
}
