namespace Deliberate.Core;

/// <summary>
/// What an imperfect judge's share is after correction for its errors (<see cref="RoganGladen"/>), with the uncertainty of both: the
/// clusters of the data and the clusters of the validation set are drawn anew together. A rate of errors of which the validation set
/// has seen none, or only such, is drawn from its posterior under Jeffreys' prior: none seen is not none.
/// </summary>
internal static class CorrectedShareMetric
{
    private const int Resamples = 2000;

    /// <param name="judged">1 for each item that the judge called positive, 0 for the others, by cluster.</param>
    /// <param name="validation">The judge against people.</param>
    /// <param name="seed">Draws the resamples.</param>
    /// <returns>Unmeasured where the judge says no more than chance.</returns>
    public static Estimate Of<TCluster>(ItemValues<TCluster> judged, JudgeConfusion validation, ulong seed)
        where TCluster : notnull
    {
        var (n, clusters) = (judged.Samples, judged.Items);
        if (n == 0 || !judged.IsFinite || !validation.IsInformative) return Estimate.Unmeasured(n, clusters, n);
        var values = judged.Values;
        double Share(IEnumerable<int> chosen)
        {
            double sum = 0, count = 0;
            foreach (var i in chosen) (sum, count) = (sum + values[i].Sum(), count + values[i].Count);
            return sum / count;
        }

        var observed = Share(Enumerable.Range(0, clusters));
        var value = RoganGladen.Of(observed, n, validation.Sensitivity.Value, validation.Specificity.Value).Clipped;
        var errors = new RandomStream(seed, StreamStage.Bootstrap, step: 1);
        var (seen, isBlank) = (validation.Clusters, (Se: IsBlank(validation, positives: true), Sp: IsBlank(validation, positives: false)));
        var drawn = Bootstrap.Resample(clusters, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen =>
        {
            var (se, sp) = Draw();
            // A draw that says the judge is no better than chance says nothing of the rate: all of [0, 1], of which chance picks.
            return se + sp - 1 > 1e-6 ? Math.Clamp((Share(chosen) + sp - 1) / (se + sp - 1), 0, 1) : errors.NextDouble();
        });
        return new Estimate(value, Bootstrap.Percentile(drawn, Estimate.Confidence), n, clusters, n, EstimateMethod.CorrectedBootstrap);

        (double Se, double Sp) Draw()
        {
            long tp = 0, fn = 0, tn = 0, fp = 0;
            for (var i = 0; i < seen.Count; i++)
            {
                var c = seen[errors.Next(seen.Count)];
                (tp, fn, tn, fp) = (tp + c.TruePositives, fn + c.FalseNegatives, tn + c.TrueNegatives, fp + c.FalsePositives);
            }

            return (isBlank.Se || tp + fn == 0 ? Posterior(validation.Sensitivity) : tp / (double)(tp + fn), isBlank.Sp || tn + fp == 0 ? Posterior(validation.Specificity) : tn / (double)(tn + fp));
        }

        double Posterior(Estimate rate) => new BetaPosterior((int)Math.Round(rate.Value * rate.N), rate.N, 0.5, 0.5).Quantile(Math.Clamp(errors.NextDouble(), 1e-12, 1 - 1e-12));
    }

    private static bool IsBlank(JudgeConfusion validation, bool positives) => (positives ? validation.Sensitivity : validation.Specificity).Value is 0 or 1;
}
