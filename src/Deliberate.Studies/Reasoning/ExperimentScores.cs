using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Which of the answers count.</summary>
internal enum Metric
{
    RightAnswer,
    EveryStepRight,
}

/// <summary>A share of a kind of model, and each seed's own.</summary>
/// <param name="Rate">Pooled over seeds: an item is a problem, its samples one answer in each seed.</param>
/// <param name="Successes">Of the answers.</param>
/// <param name="Seeds">Each seed's.</param>
internal sealed record SubjectScore(Estimate Rate, int Successes, IReadOnlyList<(ulong Seed, int Successes, Estimate Rate)> Seeds)
{
    /// <summary>The lowest and highest seed; null where each seed was asked other families, as of those left out in turn.</summary>
    public (double Low, double High)? Range => Seeds.All(s => s.Rate.N == Rate.N) ? (Seeds.Min(s => s.Rate.Value), Seeds.Max(s => s.Rate.Value)) : null;
}

/// <summary>Two kinds of models on the same problems and seeds.</summary>
/// <param name="From">The first kind's share, on these.</param>
/// <param name="To">The second's.</param>
/// <param name="Difference">Paired by problem.</param>
/// <param name="Seeds">Each seed's own difference.</param>
/// <param name="SeedsCompare">Whether all seeds were asked the same: not where families are left out in turn.</param>
internal sealed record Contrast(Estimate From, Estimate To, Estimate Difference, IReadOnlyList<(ulong Seed, double Difference)> Seeds, bool SeedsCompare)
{
    /// <summary>The difference's own, unless seeds that were asked the same differ in sign: then the two are not told apart.</summary>
    public Finding Finding => Difference.Finding switch
    {
        Finding.Larger when SeedsCompare && !Seeds.All(s => s.Difference > 0) => Finding.NotToldApart,
        Finding.Smaller when SeedsCompare && !Seeds.All(s => s.Difference < 0) => Finding.NotToldApart,
        var finding => finding,
    };

    /// <summary>Whether it is the seeds that disagree, the interval being clear of 0.</summary>
    public bool SeedsDisagree => Finding == Finding.NotToldApart && Difference.Finding != Finding.NotToldApart;

    public (double Low, double High) Range => (Seeds.Min(s => s.Difference), Seeds.Max(s => s.Difference));
}

/// <summary>
/// Shares and differences of an experiment. A problem is asked once in every seed, of another model each time: these answers are
/// the samples of one item. Intervals therefore cover the choice of problems and samples; how much training itself varies is what
/// the seeds' own numbers say.
/// </summary>
internal static class ExperimentScores
{
    /// <summary>Null where nothing was measured.</summary>
    public static SubjectScore? Of(ExperimentEvidence evidence, Subject subject, IReadOnlyList<string> families, Metric metric = Metric.RightAnswer)
    {
        var cells = Cells(evidence, families, f => evidence.Seeds(subject, f)).Select(c => (Cell: c, Value: Value(evidence.Find(subject, c.Family, c.Seed)!, c.Problem, metric))).ToArray();
        return cells.Length == 0 ? null : new SubjectScore(
            ShareMetric.Of(ItemValues.Of(cells, c => (c.Cell.Family, c.Cell.Problem), c => c.Value)), (int)cells.Sum(c => c.Value),
            [
                .. cells.GroupBy(c => c.Cell.Seed).OrderBy(g => g.Key)
                    .Select(g => (g.Key, (int)g.Sum(c => c.Value), ShareMetric.Of(ItemValues.Of(g, c => (c.Cell.Family, c.Cell.Problem), c => c.Value)))),
            ]);
    }

    /// <summary>Null where the two were not measured together.</summary>
    public static Contrast? Between(ExperimentEvidence evidence, Subject from, Subject to, IReadOnlyList<string> families, Metric metric = Metric.RightAnswer)
    {
        var pairs = Pairs(evidence, from, to, families, (answers, problem) => Value(answers, problem, metric));
        if (pairs.Length == 0) return null;
        var paired = Paired.Of(ItemValues.Of(pairs, p => p.Item, p => p.From), ItemValues.Of(pairs, p => p.Item, p => p.To), MeasureKind.Share);
        var seeds = pairs.GroupBy(p => p.Seed).OrderBy(g => g.Key).ToArray();
        return new Contrast(paired.From, paired.To, paired.Difference, [.. seeds.Select(g => (g.Key, g.Average(p => p.To - p.From)))], seeds.All(g => g.Count() == paired.Difference.N));
    }

    /// <summary>How many times as many right answers the second has, of a family.</summary>
    public static Estimate Times(ExperimentEvidence evidence, Subject from, Subject to, string family)
    {
        var pairs = Pairs(evidence, from, to, [family], (answers, problem) => Value(answers, problem, Metric.RightAnswer));
        return RatioMetric.Of(ItemValues.Of(pairs, p => p.Item, p => p.From), ItemValues.Of(pairs, p => p.Item, p => p.To), evidence.Plan.Recipe.ProblemSeed);
    }

    /// <summary>By how many tokens the second's answers are longer, of a family.</summary>
    public static Estimate Longer(ExperimentEvidence evidence, Subject from, Subject to, string family)
    {
        var pairs = Pairs(evidence, from, to, [family], (answers, problem) => answers.Tokens[problem]);
        return DifferenceMetric.Of(ItemValues.Of(pairs, p => p.Item, p => p.From), ItemValues.Of(pairs, p => p.Item, p => p.To), MeasureKind.Length);
    }

    /// <summary>Mean tokens of the answers.</summary>
    public static Estimate Tokens(ExperimentEvidence evidence, Subject subject, IReadOnlyList<string> families) => MeanMetric.Of(ItemValues.Of(
        Cells(evidence, families, f => evidence.Seeds(subject, f)), c => (c.Family, c.Problem), c => evidence.Find(subject, c.Family, c.Seed)!.Tokens[c.Problem]));

    /// <summary>What both answered in the seeds that both have.</summary>
    private static ((string Family, int Problem) Item, ulong Seed, double From, double To)[] Pairs(ExperimentEvidence evidence, Subject from, Subject to, IReadOnlyList<string> families, Func<Answers, int, double> value) =>
    [
        .. Cells(evidence, families, f => evidence.Seeds(from, f).Intersect(evidence.Seeds(to, f)))
            .Select(c => ((c.Family, c.Problem), c.Seed, value(evidence.Find(from, c.Family, c.Seed)!, c.Problem), value(evidence.Find(to, c.Family, c.Seed)!, c.Problem))),
    ];

    private static IEnumerable<(string Family, ulong Seed, int Problem)> Cells(ExperimentEvidence evidence, IReadOnlyList<string> families, Func<string, IEnumerable<ulong>> seeds)
    {
        foreach (var family in families)
            foreach (var seed in seeds(family))
                for (var problem = 0; problem < evidence.Plan.Recipe.Problems; problem++) yield return (family, seed, problem);
    }

    private static double Value(Answers answers, int problem, Metric metric) => (metric == Metric.RightAnswer ? answers.Right : answers.StepsRight)[problem] ? 1 : 0;
}
