namespace Deliberate.Core;

/// <summary>A judge against human labels on the items of one cluster, such as the answers to one prompt: how many of each.</summary>
internal readonly record struct ConfusionCounts(int TruePositives, int FalseNegatives, int TrueNegatives, int FalsePositives);

/// <summary>
/// How often a judge finds what people found, by cluster: sensitivity and specificity with their intervals over clusters, and the
/// balanced accuracy, their mean. What is positive says whoever counts.
/// </summary>
internal sealed record JudgeConfusion(IReadOnlyList<ConfusionCounts> Clusters)
{
    private const int Resamples = 2000;

    public int Positives => Clusters.Sum(c => c.TruePositives + c.FalseNegatives);

    public int Negatives => Clusters.Sum(c => c.TrueNegatives + c.FalsePositives);

    /// <summary>The share of positives that the judge calls so.</summary>
    public Estimate Sensitivity => Rate(c => c.TruePositives, c => c.TruePositives + c.FalseNegatives);

    /// <summary>The share of negatives that the judge calls so.</summary>
    public Estimate Specificity => Rate(c => c.TrueNegatives, c => c.TrueNegatives + c.FalsePositives);

    /// <summary>Whether both can be told, and the judge says anything.</summary>
    public bool IsInformative => Positives > 0 && Negatives > 0 && Sensitivity.Value + Specificity.Value > 1;

    /// <summary>(Se + Sp) / 2, by bootstrap over clusters.</summary>
    public Estimate BalancedAccuracy(ulong seed)
    {
        var n = Positives + Negatives;
        if (Positives == 0 || Negatives == 0) return Estimate.Unmeasured(n, Clusters.Count, n);
        var drawn = Bootstrap.Resample(Clusters.Count, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen => Balanced(chosen.Select(i => Clusters[i])) ?? double.NaN);
        var value = Balanced(Clusters)!.Value;
        double[] told = [.. drawn.Where(double.IsFinite)];
        return told.Length < Resamples / 2 ? Estimate.WithoutInterval(value, n, Clusters.Count, n) : new Estimate(value, Bootstrap.Percentile(told, Estimate.Confidence), n, Clusters.Count, n, EstimateMethod.Bootstrap);
    }

    /// <summary>Balanced accuracy less another judge's on the same items, both drawn together: by bootstrap over clusters.</summary>
    /// <param name="other">In the same order of clusters.</param>
    /// <param name="seed">Draws the resamples.</param>
    public Estimate BalancedAccuracyLess(JudgeConfusion other, ulong seed)
    {
        if (other.Clusters.Count != Clusters.Count) throw new ArgumentException("The same clusters.", nameof(other));
        var n = Positives + Negatives;
        if (Balanced(Clusters) is not { } own || Balanced(other.Clusters) is not { } others) return Estimate.Unmeasured(n, Clusters.Count, n);
        var drawn = Bootstrap.Resample(Clusters.Count, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen =>
            (Balanced(chosen.Select(i => Clusters[i])) - Balanced(chosen.Select(i => other.Clusters[i]))) ?? double.NaN);
        double[] told = [.. drawn.Where(double.IsFinite)];
        return told.Length < Resamples / 2 ? Estimate.WithoutInterval(own - others, n, Clusters.Count, n) : new Estimate(own - others, Bootstrap.Percentile(told, Estimate.Confidence), n, Clusters.Count, n, EstimateMethod.PairedBootstrap);
    }

    private static double? Balanced(IEnumerable<ConfusionCounts> clusters)
    {
        long tp = 0, fn = 0, tn = 0, fp = 0;
        foreach (var c in clusters) (tp, fn, tn, fp) = (tp + c.TruePositives, fn + c.FalseNegatives, tn + c.TrueNegatives, fp + c.FalsePositives);
        return tp + fn > 0 && tn + fp > 0 ? ((tp / (double)(tp + fn)) + (tn / (double)(tn + fp))) / 2 : null;
    }

    private Estimate Rate(Func<ConfusionCounts, int> hits, Func<ConfusionCounts, int> of)
    {
        List<(double Value, int Cluster)> items = [];
        for (var cluster = 0; cluster < Clusters.Count; cluster++)
            for (int i = 0, count = of(Clusters[cluster]); i < count; i++) items.Add((i < hits(Clusters[cluster]) ? 1 : 0, cluster));
        return ShareInterval.Clustered([.. items.Select(i => i.Value)], [.. items.Select(i => i.Cluster)], items.Count);
    }
}
