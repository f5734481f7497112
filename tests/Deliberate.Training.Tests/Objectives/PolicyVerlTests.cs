using System.Text.Json;

namespace Deliberate.Training.Tests;

/// <summary>Golden values of verl 0.7.0 <c>core_algos</c>.</summary>
public sealed class PolicyVerlTests
{
    [Fact]
    public void Loss_and_gradient_are_those_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "policy_verl.json");
        foreach (var group in cases.GroupBy(item => item.GetProperty("method").GetString()!))
        {
            foreach (var item in group)
            {
                var (objective, data, normalisers) = Read(item);
                var (loss, gradient, _, _) = data.Evaluate(objective, normalisers);
                var expected = item.GetProperty("expected");
                Golden.Close(loss, expected.Number("loss"), tolerance, item.Name() + " loss");
                Golden.Close(gradient, expected.Numbers("grad_logp_new"), tolerance, item.Name() + " gradient");
            }

            Golden.Report("verl " + group.Key, group.Count());
        }
    }

    /// <summary>verl computes the fractions in float32, hence 1e-6; its KL clamps the log ratio, ours does not.</summary>
    [Fact]
    public void Clip_fractions_and_KL_are_those_of_verl()
    {
        var (cases, _, _) = Golden.Read("fixtures", "objectives", "policy_verl.json");
        var compared = 0;
        foreach (var item in cases)
        {
            var method = item.GetProperty("method").GetString();
            if (method is "geo_mean" || item.Name() == "ppo_log_ratio_clamped_20") continue;
            var (objective, data, normalisers) = Read(item);
            var metrics = data.Evaluate(objective, normalisers).Metrics;
            foreach (var expected in item.GetProperty("expected").GetProperty("verl_metrics").EnumerateObject())
            {
                double? actual = expected.Name switch
                {
                    "actor/pg_clipfrac" when metrics.ClipUnits > 0 => metrics.ClipFraction,
                    "actor/pg_clipfrac_lower" when method == "ppo" => metrics.DualClipped / metrics.Tokens,
                    "actor/ppo_kl" when method != "kl_cov" => metrics.ApproxKlK1,
                    _ => null,
                };
                if (actual is null) continue;
                compared++;
                Golden.Close(actual.Value, expected.Value.Number(), 1e-6, $"{item.Name()} {expected.Name}");
            }
        }

        Golden.Report("verl metrics", compared);
    }

    /// <summary>Golden values of TRL 1.16.0 <c>RLOOTrainer._compute_loss</c>.</summary>
    [Fact]
    public void RLOO_is_that_of_TRL()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "policy_rloo_trl.json");
        foreach (var item in cases)
        {
            var config = item.GetProperty("config");
            var objective = PolicyObjectives.Create("rloo", options => options with { EpsilonLow = config.Number("epsilon_low"), EpsilonHigh = config.Number("epsilon_high") });
            var data = PolicyCase.Read(item);
            var (loss, gradient, _, metrics) = data.Evaluate(objective, data.Normalisers(objective.Options));
            var expected = item.GetProperty("expected");
            Golden.Close(loss, expected.Number("loss"), tolerance, item.Name() + " loss");
            Golden.Close(gradient, expected.Numbers("grad_logp_new"), tolerance, item.Name() + " gradient");
            var logged = expected.GetProperty("trl_metrics");
            Golden.Close(metrics.ClipFractionLow, logged.Number("clip_ratio/low_mean"), 1e-6, item.Name() + " low");
            Golden.Close(metrics.ClipFractionHigh, logged.Number("clip_ratio/high_mean"), 1e-6, item.Name() + " high");
            Golden.Close(metrics.ClipFractionLowMin, logged.Number("clip_ratio/low_min"), 1e-6, item.Name() + " low min");
            Golden.Close(metrics.ClipFractionHighMax, logged.Number("clip_ratio/high_max"), 1e-6, item.Name() + " high max");
        }

        Golden.Report("RLOO", cases.Length);
    }

    internal static LossAggregation AggregationOf(string verl) => verl switch
    {
        "token-mean" => LossAggregation.TokenMean,
        "seq-mean-token-sum" => LossAggregation.SequenceMeanTokenSum,
        "seq-mean-token-mean" => LossAggregation.SequenceMeanTokenMean,
        "seq-mean-token-sum-norm" => LossAggregation.TokenSumNorm,
        _ => throw new InvalidOperationException(verl),
    };

    /// <summary>verl's conventions: empty sequences do not count, lengths have 1e-8 added, the sum is divided by the longest length.</summary>
    internal static PolicyOptions Conventions(PolicyOptions options, string aggregation, int[] lengths, double? scale) => options with
    {
        Aggregation = AggregationOf(aggregation),
        CountEmptySequences = false,
        LengthEpsilon = 1e-8,
        ScaleFactor = scale ?? lengths.Max(),
    };

    private static (IPolicyObjective Objective, PolicyCase Data, BatchNormalisers Normalisers) Read(JsonElement item)
    {
        var config = item.GetProperty("config");
        var name = item.GetProperty("method").GetString() switch
        {
            "gspo" => "gspo_token",
            "cispo" => "cispo_band",
            "geo_mean" => "gmpo",
            var same => same!,
        };
        var data = PolicyCase.Read(item);
        var options = Conventions(PolicyObjectives.Find(name).Defaults, config.GetProperty("loss_agg_mode").GetString()!, data.Lengths, config.Get("loss_scale_factor")?.Number()) with
        {
            EpsilonLow = config.Number("clip_ratio_low"),
            EpsilonHigh = config.Number("clip_ratio_high"),
            TemperaturePositive = config.Number("tau_pos"),
            TemperatureNegative = config.Number("tau_neg"),
            LogRatioClamp = 20,
            KlCovRatio = config.Get("kl_cov_ratio")?.Number() ?? 0,
            KlCovCoefficient = config.Get("ppo_kl_coef")?.Number() ?? 0,
        };
        if (name == "ppo") options = options with { DualClip = config.Number("clip_ratio_c") };
        if (name == "kl_cov") options = options with { LogRatioClamp = null };
        if (name == "gmpo") options = options with { Aggregation = LossAggregation.SequenceMeanTokenMean, CountEmptySequences = true };
        var normalisers = data.Normalisers(options);
        if (config.Get("batch_num_tokens") is { } tokens) normalisers = normalisers with { Tokens = tokens.Number() / config.Number("dp_size") };
        if (config.Get("global_batch_size") is { } batch) normalisers = normalisers with { SequencesWithTokens = batch.Number() };
        return (PolicyObjectives.Find(name).Create(options), data, normalisers);
    }
}
