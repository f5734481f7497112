using Deliberate.Core;

namespace Deliberate.Studies;

/// <summary>What choosing by something comes to on the held-out problems, the seeds of a problem together.</summary>
/// <param name="plan">Of the study.</param>
/// <param name="scores">By seed and name.</param>
internal sealed class VerifyRows(VerifyPlan plan, IReadOnlyDictionary<(ulong Seed, string Name), VerifyScores> scores)
{
    private const ulong BootstrapSeed = 1;

    public VerifyPlan Plan => plan;

    public static VerifyRows Read(StudyFolder study, VerifyPlan plan)
    {
        string[] names = [VerifyFolder.Majority, VerifyFolder.Vote, VerifyFolder.LabelFree, VerifyFolder.Exact, VerifyFolder.Reader, .. plan.Arms.Where(a => a.IsMeasured).Select(a => a.Key)];
        return new VerifyRows(plan, plan.Seeds.SelectMany(seed => names.Select(name => (Key: (seed, name), Scores: VerifyScores.Read(new VerifyFolder(study, seed).Scores(name))))).ToDictionary(s => s.Key, s => s.Scores));
    }

    public RewardArm Arm(RewardSource source, int size = 0) => plan.Arms.First(a => a.Source == source && (size == 0 || a.Solutions == size));

    /// <summary>Share of problems whose chosen answer is right.</summary>
    public Estimate Right(string name, int n, bool other = false) => ShareMetric.Of(Values(name, n, other));

    /// <summary>Share of problems of whose chosen solution every step is right; null of a vote.</summary>
    public Estimate? StepsRight(string name, int n, bool other = false) => Scores(plan.Seeds[0], name, other).StepsRight.Length == 0 ? null : ShareMetric.Of(Values(name, n, other, steps: true));

    /// <summary>The first less the second, paired by problem.</summary>
    public Estimate Difference(string name, string less, int n, bool other = false) => DifferenceMetric.Of(Values(less, n, other), Values(name, n, other), MeasureKind.Share);

    /// <summary>From one number of samples to another.</summary>
    public Estimate Change(string name, int from, int to) => DifferenceMetric.Of(Values(name, from, other: false), Values(name, to, other: false), MeasureKind.Share);

    /// <summary>F1 of first mistakes over each different held-out solution; null where nothing is said of steps.</summary>
    public Estimate? F1(string name)
    {
        (int, int)[] found = [.. plan.Seeds.SelectMany(s => scores[(s, name)].FirstMistakes).Select(m => (m[0], m[1]))];
        return found.Length == 0 ? null : FirstErrorF1.Of(found, BootstrapSeed).F1;
    }

    /// <summary>Mean over seeds of what the labels cost.</summary>
    public (double Labels, double StepsRead) Cost(string name) => (plan.Seeds.Average(s => scores[(s, name)].Labels), plan.Seeds.Average(s => scores[(s, name)].StepsRead));

    /// <summary>How much accuracy each doubling of labelled solutions brings: the slope of the line of best fit over the logarithm to base 2 of their number.</summary>
    public Estimate Slope(RewardSource source) => MeanMetric.Of(Slopes(source));

    /// <summary>How many times as steep the active choice's line is as the uniform one's: the paper's measure of data efficiency.</summary>
    public Estimate SlopeRatio => RatioMetric.Of(Slopes(RewardSource.Process), Slopes(RewardSource.Active), BootstrapSeed);

    /// <summary>A slope is linear in the accuracies, so that the mean of the problems' slopes is the slope of their mean.</summary>
    private ItemValues<int> Slopes(RewardSource source)
    {
        double[] x = [.. plan.Sizes.Select(n => Math.Log2(n))];
        var mean = x.Average();
        var square = x.Sum(v => (v - mean) * (v - mean));
        var slopes = new ItemValues<int>();
        foreach (var seed in plan.Seeds)
        {
            double[][] right = [.. plan.Sizes.Select(size => scores[(seed, Arm(source, size).Key)].Own.At(plan.At))];
            for (var problem = 0; problem < right[0].Length; problem++) slopes.Add(problem, x.Select((v, k) => (v - mean) / square * right[k][problem]).Sum());
        }

        return slopes;
    }

    private ChoiceScores Scores(ulong seed, string name, bool other) => other ? scores[(seed, name)].Other! : scores[(seed, name)].Own;

    private ItemValues<int> Values(string name, int n, bool other, bool steps = false)
    {
        var values = new ItemValues<int>();
        foreach (var seed in plan.Seeds)
        {
            var found = Scores(seed, name, other);
            var right = steps ? found.StepsAt(n) : found.At(n);
            for (var problem = 0; problem < right.Length; problem++) values.Add(problem, right[problem]);
        }

        return values;
    }
}
