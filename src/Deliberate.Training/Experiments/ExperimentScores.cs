using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Which of the answers count.</summary>
internal enum Metric
{
    RightAnswer,
    EveryStepRight,
}

/// <summary>A rate with its interval over problems, and each seed's own.</summary>
/// <param name="Problems">Different held-out problems.</param>
/// <param name="Samples">Answers: one a problem and seed.</param>
/// <param name="Successes">Of them.</param>
/// <param name="Rate">Pooled over seeds; 95%, problems being the clusters.</param>
/// <param name="Seeds">Each seed's, with Wilson's interval.</param>
internal sealed record Score(int Problems, int Samples, int Successes, Measured Rate, IReadOnlyList<(ulong Seed, int Successes, int Samples, Measured Rate)> Seeds)
{
    /// <summary>The lowest and highest seed; null where each seed was asked other families, as of those left out in turn.</summary>
    public (double Low, double High)? Range => Seeds.All(s => s.Samples == Problems) ? (Seeds.Min(s => s.Rate.Value), Seeds.Max(s => s.Rate.Value)) : null;
}

/// <summary>What a comparison comes to.</summary>
internal enum Finding
{
    /// <summary>The interval is above 0, and so is every seed's difference where the seeds were asked the same.</summary>
    Higher,

    /// <summary>The same below 0.</summary>
    Lower,

    /// <summary>The interval includes 0, or such seeds differ in sign.</summary>
    NotShown,
}

/// <summary>The mean difference of two kinds of models on the same problems and seeds.</summary>
/// <param name="From">Rate of the first kind, on these problems and seeds.</param>
/// <param name="To">Rate of the second.</param>
/// <param name="Difference">Bootstrap over problems, 95%.</param>
/// <param name="Seeds">Each seed's own difference.</param>
/// <param name="SeedsCompare">Whether all seeds were asked the same: not where families are left out in turn.</param>
internal sealed record Contrast(double From, double To, Measured Difference, IReadOnlyList<(ulong Seed, double Difference)> Seeds, bool SeedsCompare)
{
    public Finding Finding =>
        Difference.Low > 0 && (!SeedsCompare || Seeds.All(s => s.Difference > 0)) ? Finding.Higher
        : Difference.High < 0 && (!SeedsCompare || Seeds.All(s => s.Difference < 0)) ? Finding.Lower
        : Finding.NotShown;

    /// <summary>Whether it is the seeds that disagree, the interval being clear of 0.</summary>
    public bool SeedsDisagree => Finding == Finding.NotShown && (Difference.Low > 0 || Difference.High < 0);

    public (double Low, double High) Range => (Seeds.Min(s => s.Difference), Seeds.Max(s => s.Difference));
}

/// <summary>
/// Rates and differences of an experiment. A problem is asked once in every seed, of another model each time: these answers are
/// one cluster. Intervals therefore cover the choice of problems and samples; how much training itself varies is what the
/// seeds' own numbers say.
/// </summary>
internal static class ExperimentScores
{
    /// <summary>Null where nothing was measured.</summary>
    public static Score? Of(ExperimentEvidence evidence, Subject subject, IReadOnlyList<string> families, Metric metric = Metric.RightAnswer)
    {
        var values = new List<double>();
        var clusters = new List<int>();
        var seeds = new SortedDictionary<ulong, (int Successes, int Samples)>();
        foreach (var (cluster, family, seed, problem) in Cells(evidence, families, f => evidence.Seeds(subject, f)))
        {
            var value = Value(evidence.Find(subject, family, seed)!, problem, metric);
            values.Add(value);
            clusters.Add(cluster);
            var (successes, samples) = seeds.GetValueOrDefault(seed);
            seeds[seed] = (successes + (int)value, samples + 1);
        }

        if (values.Count == 0) return null;
        var estimate = MeanEstimate.Clustered([.. values], [.. clusters]);
        var interval = seeds.Count == 1 ? new Proportion((int)values.Sum(), values.Count).Wilson() : estimate.Rate();
        return new Score(
            estimate.Clusters, values.Count, (int)values.Sum(), new Measured(estimate.Mean, interval.Low, interval.High),
            [.. seeds.Select(s => (s.Key, s.Value.Successes, s.Value.Samples, Wilson(s.Value.Successes, s.Value.Samples)))]);
    }

    /// <summary>Null where the two were not measured together.</summary>
    public static Contrast? Between(ExperimentEvidence evidence, Subject from, Subject to, IReadOnlyList<string> families, Metric metric = Metric.RightAnswer)
    {
        var values = new List<double>();
        var clusters = new List<int>();
        var seeds = new SortedDictionary<ulong, (double Sum, int Count)>();
        double before = 0, after = 0;
        foreach (var (cluster, family, seed, problem) in Cells(evidence, families, f => evidence.Seeds(from, f).Intersect(evidence.Seeds(to, f))))
        {
            var (first, second) = (Value(evidence.Find(from, family, seed)!, problem, metric), Value(evidence.Find(to, family, seed)!, problem, metric));
            (before, after) = (before + first, after + second);
            values.Add(second - first);
            clusters.Add(cluster);
            var (sum, count) = seeds.GetValueOrDefault(seed);
            seeds[seed] = (sum + second - first, count + 1);
        }

        if (values.Count == 0) return null;
        var interval = Bootstrap.ClusteredMean([.. values], [.. clusters], new RandomStream(evidence.Plan.Recipe.ProblemSeed, StreamStage.Bootstrap));
        return new Contrast(
            before / values.Count, after / values.Count, new Measured(values.Average(), interval.Low, interval.High), [.. seeds.Select(s => (s.Key, s.Value.Sum / s.Value.Count))],
            seeds.Values.All(s => s.Count == clusters.Distinct().Count()));
    }

    /// <summary>Mean tokens of the answers; NaN where nothing was measured.</summary>
    public static double Tokens(ExperimentEvidence evidence, Subject subject, IReadOnlyList<string> families) =>
        families.SelectMany(f => evidence.Seeds(subject, f).SelectMany(s => evidence.Find(subject, f, s)!.Tokens)).Select(t => (double)t).DefaultIfEmpty(double.NaN).Average();

    private static Measured Wilson(int successes, int samples)
    {
        var interval = new Proportion(successes, samples).Wilson();
        return new Measured((double)successes / samples, interval.Low, interval.High);
    }

    private static IEnumerable<(int Cluster, string Family, ulong Seed, int Problem)> Cells(ExperimentEvidence evidence, IReadOnlyList<string> families, Func<string, IEnumerable<ulong>> seeds)
    {
        var count = evidence.Plan.Recipe.Problems;
        for (var f = 0; f < families.Count; f++)
            foreach (var seed in seeds(families[f]))
                for (var problem = 0; problem < count; problem++) yield return ((f * count) + problem, families[f], seed, problem);
    }

    private static double Value(Answers answers, int problem, Metric metric) => (metric == Metric.RightAnswer ? answers.Right : answers.StepsRight)[problem] ? 1 : 0;
}
