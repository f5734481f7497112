using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>Rates and means of graded samples with their 95% intervals; several samples of a problem count as one cluster.</summary>
internal static class Measures
{
    public static Measured Rate(IReadOnlyList<GradedSample> samples, Func<GradedSample, bool> holds)
    {
        if (samples.Count == 0) return new Measured(double.NaN);
        var problems = samples.GroupBy(s => s.Problem.Index).Select(g => (Count: g.Count(), Right: g.Count(holds))).ToArray();
        if (Array.TrueForAll(problems, p => p.Count == 1))
        {
            var proportion = new Proportion(problems.Sum(p => p.Right), problems.Length);
            var wilson = proportion.Wilson();
            return new Measured(proportion.Value, wilson.Low, wilson.High);
        }

        return Of(PassAtK.OverProblems([.. problems.Select(p => p.Count)], [.. problems.Select(p => p.Right)], 1));
    }

    public static Measured Accuracy(IReadOnlyList<GradedSample> samples) => Rate(samples, s => s.Grade.Correct > 0);

    public static Measured StepsRight(IReadOnlyList<GradedSample> samples) => Rate(samples, s => s.Grade.AllStepsRight);

    public static Measured Within(IReadOnlyList<GradedSample> samples, int budget) => Rate(samples, s => ProblemEvaluator.RightWithin(s, budget));

    /// <summary>Mean tokens of the samples that are chosen; NaN where there are none.</summary>
    public static Measured Length(IEnumerable<GradedSample> samples)
    {
        var lengths = samples.Select(s => (double)s.CompletionTokens).ToArray();
        if (lengths.Length == 0) return new Measured(double.NaN);
        var mean = MeanEstimate.Of(lengths);
        return mean.StudentT() is { } interval ? new Measured(mean.Mean, interval.Low, interval.High) : new Measured(mean.Mean);
    }

    /// <summary>The mean over common problems of what changes between two evaluations, paired by problem: narrower than two intervals side by side.</summary>
    /// <returns>NaN where they share no problem.</returns>
    public static Measured Change(IReadOnlyList<GradedSample> from, IReadOnlyList<GradedSample> to, Func<GradedSample, double> value)
    {
        var (a, b) = Pairs(from, to, value);
        if (a.Length == 0) return new Measured(double.NaN);
        var difference = PairedDifference.Of(b, a).Difference;
        return difference.StudentT() is { } interval ? new Measured(difference.Mean, interval.Low, interval.High) : new Measured(difference.Mean);
    }

    /// <summary>How many times as much, a ratio of means over common problems; the interval by bootstrap over problems.</summary>
    public static Measured Ratio(IReadOnlyList<GradedSample> from, IReadOnlyList<GradedSample> to, Func<GradedSample, double> value, ulong seed)
    {
        var (a, b) = Pairs(from, to, value);
        if (a.Sum() == 0) return new Measured(double.NaN);
        var stream = new RandomStream(seed, StreamStage.Bootstrap);
        var ratios = new double[2000];
        for (var r = 0; r < ratios.Length; r++)
        {
            double before = 0, after = 0;
            for (var i = 0; i < a.Length; i++)
            {
                var drawn = stream.Next(a.Length);
                before += a[drawn];
                after += b[drawn];
            }

            ratios[r] = after / before;
        }

        // Where a resample has no success before, the ratio has no finite end.
        var ends = Array.TrueForAll(ratios, double.IsFinite) ? Bootstrap.Percentile(ratios) : new Interval(double.NaN, double.NaN);
        return new Measured(b.Sum() / a.Sum(), ends.Low, ends.High);
    }

    /// <summary>One if it holds, else zero.</summary>
    public static double Right(GradedSample sample) => sample.Grade.Correct > 0 ? 1 : 0;

    public static double EveryStepRight(GradedSample sample) => sample.Grade.AllStepsRight ? 1 : 0;

    public static double Tokens(GradedSample sample) => sample.CompletionTokens;

    /// <summary>The means of each problem that both evaluations asked.</summary>
    private static (double[] From, double[] To) Pairs(IReadOnlyList<GradedSample> from, IReadOnlyList<GradedSample> to, Func<GradedSample, double> value)
    {
        var earlier = from.GroupBy(s => (s.Problem.Index, s.Problem.Canonical)).ToDictionary(g => g.Key, g => g.Average(value));
        var pairs = to.GroupBy(s => (s.Problem.Index, s.Problem.Canonical)).Where(g => earlier.ContainsKey(g.Key)).Select(g => (From: earlier[g.Key], To: g.Average(value))).ToArray();
        return ([.. pairs.Select(p => p.From)], [.. pairs.Select(p => p.To)]);
    }

    /// <summary>pass@k and majority@k over the problems that have several samples; empty where none has.</summary>
    public static List<(int K, Measured Pass, Measured Majority)> Votes(IReadOnlyList<GradedSample> samples, ulong seed)
    {
        var problems = samples.Where(s => s.Grade.IsGraded).GroupBy(s => s.Problem.Index).Select(g => g.ToArray()).Where(g => g.Length > 1).ToArray();
        var points = new List<(int, Measured, Measured)>();
        if (problems.Length == 0) return points;
        var most = problems.Min(p => p.Length);
        int[] counts = [.. problems.Select(p => p.Length)], right = [.. problems.Select(p => p.Count(s => s.Grade.Correct > 0))];
        for (var k = 1; k <= most; k *= 2)
        {
            var votes = problems.Select((p, i) => Vote(p, k, new RandomStream(seed, StreamStage.Bootstrap, step: k, problem: i))).ToArray();
            points.Add((k, Of(PassAtK.OverProblems(counts, right, k)), Of(MeanEstimate.Of(votes))));
        }

        return points;
    }

    private static Measured Of(MeanEstimate estimate)
    {
        var interval = estimate.Rate();
        return new Measured(estimate.Mean, interval.Low, interval.High);
    }

    /// <summary>Right answers are one candidate, whichever way they are written.</summary>
    private static double Vote(GradedSample[] samples, int k, RandomStream stream)
    {
        const string Right = "\u0001right";
        return MajorityAtK.Expected([.. samples.Select(s => s.Grade.Correct > 0 ? Right : s.Grade.Answer)], Right, k, stream);
    }
}
