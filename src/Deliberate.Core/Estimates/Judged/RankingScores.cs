namespace Deliberate.Core;

/// <summary>
/// How well a score tells positives from negatives, whatever threshold is chosen. ROC AUC is P(a positive scores higher than a
/// negative), ties half, its error Hanley and McNeil's (1982). Average precision is Σ (recall step) · precision over falling
/// thresholds, not the trapezoid below the curve, which interpolates where it may not; both are had.
/// </summary>
/// <param name="RocAuc">Null where one class is absent, as are the others.</param>
internal sealed record RankingScores(double? RocAuc, double? RocAucError, double? AveragePrecision, double? PrecisionRecallTrapezoid)
{
    /// <param name="isPositive">The labels.</param>
    /// <param name="scores">Higher for a positive; any finite number.</param>
    public static RankingScores Of(IReadOnlyList<bool> isPositive, IReadOnlyList<double> scores)
    {
        if (isPositive.Count != scores.Count) throw new ArgumentException("A score a label.", nameof(scores));
        double positives = isPositive.Count(p => p), negatives = isPositive.Count - positives;
        if (positives == 0 || negatives == 0) return new RankingScores(null, null, null, null);
        double found = 0, wrong = 0, won = 0, steps = 0, area = 0, lastRecall = 0, lastPrecision = 1;
        foreach (var tied in Enumerable.Range(0, scores.Count).GroupBy(i => scores[i]).OrderByDescending(g => g.Key))
        {
            double right = tied.Count(i => isPositive[i]), missed = tied.Count() - right;
            won += right * (negatives - wrong - missed + (missed / 2));
            (found, wrong) = (found + right, wrong + missed);
            double recall = found / positives, precision = found / (found + wrong);
            steps += (recall - lastRecall) * precision;
            area += (recall - lastRecall) * (precision + lastPrecision) / 2;
            (lastRecall, lastPrecision) = (recall, precision);
        }

        var auc = won / (positives * negatives);
        double q1 = auc / (2 - auc), q2 = 2 * auc * auc / (1 + auc);
        var variance = ((auc * (1 - auc)) + ((positives - 1) * (q1 - (auc * auc))) + ((negatives - 1) * (q2 - (auc * auc)))) / (positives * negatives);
        return new RankingScores(auc, Math.Sqrt(Math.Max(0, variance)), steps, area);
    }
}
