namespace Deliberate.Training.Tests;

/// <summary>Golden values of TRL 1.16.0 <c>GRPOTrainer._compute_loss</c> and <c>GMPOTrainer._compute_loss</c>.</summary>
public sealed class PolicyTrlTests
{
    [Fact]
    public void Loss_and_gradient_are_those_of_TRL()
    {
        var (cases, tolerance) = TrlCase.All();
        foreach (var group in cases.GroupBy(item => item.Objective))
        {
            foreach (var item in group.Where(item => item.Known))
            {
                var (loss, gradient, _, _) = item.Data.Evaluate(item.Create(), item.Normalisers);
                Golden.Close(loss, item.Expected.Number("loss"), tolerance, item.Name + " loss");
                Golden.Close(gradient, item.Expected.Numbers("grad_logp_new"), tolerance, item.Name + " gradient");
            }

            Golden.Report(group.Key, group.Count(item => item.Known));
        }

        cases.ShouldAllBe(item => item.Known);
    }

    [Fact]
    public void Metrics_are_those_of_the_tokens_in_the_loss()
    {
        var (cases, tolerance) = TrlCase.All();
        foreach (var item in cases.Where(item => item.Known))
        {
            var metrics = item.Data.Evaluate(item.Create(), item.Normalisers).Metrics;
            foreach (var expected in item.Expected.GetProperty("metrics").EnumerateObject())
            {
                var actual = expected.Name switch
                {
                    "ratio_mean" => metrics.RatioMean,
                    "ratio_max" => metrics.RatioMax,
                    "ratio_min" => metrics.RatioMin,
                    "approx_kl_k1" => metrics.ApproxKlK1,
                    "approx_kl_k2" => metrics.ApproxKlK2,
                    "approx_kl_k3" => metrics.ApproxKlK3,
                    "ref_kl_k1" => metrics.ReferenceKlK1,
                    "ref_kl_k3" => metrics.ReferenceKlK3,
                    _ => throw new InvalidOperationException(expected.Name),
                };
                Golden.Close(actual, expected.Value.Number(), tolerance, $"{item.Name} {expected.Name}");
            }
        }

        Golden.Report("metrics", cases.Count(item => item.Known));
    }

    /// <summary>TRL computes the fractions in float32, hence 1e-6.</summary>
    [Fact]
    public void Clip_fractions_and_logged_terms_are_those_of_TRL()
    {
        var (cases, _) = TrlCase.All();
        var compared = 0;
        foreach (var item in cases.Where(item => item.Known))
        {
            var metrics = item.Data.Evaluate(item.Create(), item.Normalisers).Metrics;
            foreach (var expected in item.Expected.GetProperty("trl_metrics").EnumerateObject())
            {
                double? actual = expected.Name switch
                {
                    "kl" => metrics.KlLoss,
                    "clip_ratio/low_mean" => metrics.ClipFractionLow,
                    "clip_ratio/high_mean" or "cispo_clip_ratio" => metrics.ClipFractionHigh,
                    "clip_ratio/region_mean" => metrics.ClipFraction,
                    "entropy" => metrics.Entropy,
                    "vespo/phi_seq_mean" => metrics.PhiMean,
                    _ => null,
                };
                if (actual is null) continue;
                compared++;
                Golden.Close(actual.Value, expected.Value.Number(), 1e-6, $"{item.Name} {expected.Name}");
            }
        }

        Golden.Report("TRL metrics", compared);
    }
}
