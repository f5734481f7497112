namespace Deliberate.Training.Tests;

public sealed class SamplerCorrectionTests
{
    /// <summary>Golden values of TRL 1.16.0; the logged ratios are in float32 there.</summary>
    [Fact]
    public void Weights_are_those_of_TRL()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "sampler_weights.json");
        foreach (var item in cases)
        {
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var mode = Enum.Parse<SamplerCorrectionMode>(config.GetProperty("mode").GetString()!.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
            var lengths = item.Integers("lengths");
            double[] old = inputs.Numbers("logp_old"), sampler = inputs.Numbers("logp_sampler");
            SamplerCorrection.PerSequence(mode).ShouldBe(expected.GetProperty("per").GetString() == "sequence");
            var weights = new double[SamplerCorrection.PerSequence(mode) ? lengths.Length : old.Length];
            SamplerCorrection.Weights(mode, Golden.Offsets(lengths), old, sampler, weights, config.Get("clip_min")?.Number(), config.Get("clip_max")?.Number());
            Golden.Close(weights, expected.Numbers("weight"), tolerance, item.Name());
            var logged = expected.GetProperty("metrics");
            var (mean, maximum) = SamplerCorrection.Mismatch(old, sampler);
            Golden.Close(mean, logged.Number("sampling/sampling_logp_difference/mean"), 1e-6, item.Name() + " difference");
            Golden.Close(maximum, logged.Number("sampling/sampling_logp_difference/max"), 1e-6, item.Name() + " largest difference");
            Golden.Close(weights.Min(), logged.Number("sampling/importance_sampling_ratio/min"), 1e-6, item.Name() + " least");
            Golden.Close(weights.Average(), logged.Number("sampling/importance_sampling_ratio/mean"), 1e-6, item.Name() + " mean");
            Golden.Close(weights.Max(), logged.Number("sampling/importance_sampling_ratio/max"), 1e-6, item.Name() + " greatest");
        }

        Golden.Report("sampler weights", cases.Length);
    }

    /// <summary>Golden values of verl 0.7.0 <c>rollout_corr_helper</c>.</summary>
    [Fact]
    public void Rollout_correction_is_that_of_verl()
    {
        var (cases, tolerance, _) = Golden.Read("fixtures", "objectives", "rollout_correction_verl.json");
        var compared = 0;
        foreach (var item in cases)
        {
            var (inputs, config, expected) = (item.GetProperty("inputs"), item.GetProperty("config"), item.GetProperty("expected"));
            var level = Enum.Parse<RolloutLevel>(config.GetProperty("level").GetString()!, ignoreCase: true);
            var offsets = Golden.Offsets(item.Integers("lengths"));
            double[] ratio = inputs.Numbers("log_ratio"), mask = inputs.Numbers("token_mask"), result = new double[ratio.Length];
            RolloutStatistics seen;
            if (config.Get("threshold") is { } threshold)
            {
                seen = RolloutCorrection.Weights(level, offsets, ratio, mask, threshold.Number(), config.GetProperty("batch_normalize").GetBoolean(), result);
                Golden.Close(result, expected.Numbers("weights"), tolerance, item.Name());
            }
            else
            {
                seen = RolloutCorrection.Reject(level, offsets, ratio, mask, config.Number("upper"), config.Number("lower"), result);
                Golden.Close(result, expected.Numbers("mask"), tolerance, item.Name());
            }

            // verl divides by count + 1e-8, hence 1e-6.
            foreach (var metric in expected.GetProperty("metrics").EnumerateObject())
            {
                if (Metric(seen, metric.Name["rollout_is_".Length..]) is not { } actual) continue;
                Golden.Close(actual, metric.Value.Number(), 1e-6, $"{item.Name()} {metric.Name}");
                compared++;
            }
        }

        Golden.Report("rollout correction", cases.Length);
        Golden.Report("its metrics", compared);
        compared.ShouldBe(14 * cases.Length);
    }

    /// <summary>Golden values of TRL 1.16.0 <c>get_high_entropy_mask</c>.</summary>
    [Fact]
    public void The_entropy_mask_is_that_of_TRL()
    {
        var (cases, _, _) = Golden.Read("fixtures", "objectives", "entropy_mask.json");
        foreach (var item in cases)
        {
            var inputs = item.GetProperty("inputs");
            double[] entropies = inputs.Numbers("entropy"), mask = inputs.Numbers("token_mask");
            var threshold = EntropyMask.Threshold(entropies, mask, item.GetProperty("config").Number("top_quantile"));
            double[] kept = [.. entropies.Select((_, t) => (mask.Length == 0 || mask[t] > 0) && EntropyMask.Keeps(threshold, entropies, t) ? 1.0 : 0.0)];
            kept.ShouldBe(item.GetProperty("expected").Numbers("mask"), item.Name());
        }

        Golden.Report("entropy mask", cases.Length);
    }

    private static double? Metric(RolloutStatistics seen, string name) => name switch
    {
        "mean" => seen.Mean,
        "std" => seen.Deviation,
        "min" => seen.Minimum,
        "max" => seen.Maximum,
        "ratio_fraction_low" => seen.FractionLow,
        "ratio_fraction_high" => seen.FractionHigh,
        "eff_sample_size" => seen.EffectiveSampleSize,
        "seq_mean" => seen.SequenceMean,
        "seq_std" => seen.SequenceDeviation,
        "seq_min" => seen.SequenceMinimum,
        "seq_max" => seen.SequenceMaximum,
        "seq_max_deviation" => seen.SequenceMaxDeviation,
        "seq_fraction_low" => seen.SequenceFractionLow,
        "seq_fraction_high" => seen.SequenceFractionHigh,
        _ => null,
    };
}
