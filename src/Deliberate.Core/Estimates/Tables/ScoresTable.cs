namespace Deliberate.Core;

/// <summary>A score against labels: how it ranks, and, where it is a probability, whether it is what happens.</summary>
internal static class ScoresTable
{
    private const int Bins = 10;

    public static IReadOnlyList<StatisticRow> Of(IReadOnlyList<bool> labels, IReadOnlyList<double> scores)
    {
        var ranking = RankingScores.Of(labels, scores);
        var platt = PlattScaling.Fit(labels, scores);
        List<StatisticRow> rows =
        [
            StatisticRow.Of("ROC AUC", ranking.RocAuc, ranking is { RocAuc: { } auc, RocAucError: { } error } ? Interval.Around(auc, Quantiles.TwoSidedNormal(Estimate.Confidence), error).ClampTo(0, 1) : null),
            new("average precision", ranking.AveragePrecision),
            new("area below precision and recall, trapezoid", ranking.PrecisionRecallTrapezoid),
            new("Platt's intercept", platt?.Intercept),
            new("Platt's slope", platt?.Slope),
        ];
        if (!scores.All(s => s is >= 0 and <= 1)) return rows;
        rows.Add(new StatisticRow("Brier score", Calibration.Brier(labels, scores)));
        rows.Add(new StatisticRow("log loss, nats", Calibration.LogLoss(labels, scores)));
        foreach (var (name, by) in new[] { ("equal width", CalibrationBins.Width), ("equal count", CalibrationBins.Count) })
        {
            var (expected, largest) = Calibration.Error(labels, scores, Bins, by);
            rows.Add(new StatisticRow($"calibration error, {Bins} bins of {name}", expected));
            rows.Add(new StatisticRow($"largest of a bin, {Bins} bins of {name}", largest));
        }

        // As a classifier of two: how far its logits are from the ones that would be right on average.
        double[][] logits = [.. scores.Select(s => new[] { 0, Math.Log(Math.Clamp(s, 1e-12, 1 - 1e-12) / (1 - Math.Clamp(s, 1e-12, 1 - 1e-12))) })];
        var fit = TemperatureScaling.Fit(logits, [.. labels.Select(l => l ? 1 : 0)]);
        rows.Add(new StatisticRow("temperature that its logits want", fit.Temperature));
        rows.Add(new StatisticRow("log loss after it", fit.LossAfter));
        return rows;
    }
}
