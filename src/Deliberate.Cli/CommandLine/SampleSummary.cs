using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>A measured rate or mean with its 95% interval, problems being the clusters; null ends where none can be had.</summary>
internal sealed record Measure(string Name, double Value, double? Low, double? High, bool IsRate)
{
    internal string Text => Show(Value);

    internal string IntervalText => Low is { } low && High is { } high ? $"{Show(low)} to {Show(high)}" : "";

    private string Show(double value) => value.ToString(IsRate ? "0.000" : "0.0", CultureInfo.InvariantCulture);
}

/// <summary>What an evaluation of n problems with k samples each measured.</summary>
internal sealed record SampleSummary(int Problems, int Samples, IReadOnlyList<Measure> Measures)
{
    public static SampleSummary Of(IReadOnlyList<GradedSample> graded, ulong seed)
    {
        var problems = graded.Where(s => s.Grade.IsGraded).GroupBy(s => s.Problem.Index).Select(g => g.ToArray()).ToArray();
        var samples = problems.Min(p => p.Length);
        var counts = problems.Select(p => p.Length).ToArray();
        var right = problems.Select(p => p.Count(s => s.Grade.Correct > 0)).ToArray();
        var measures = new List<Measure> { Rate("pass@1", PassAtK.OverProblems(counts, right, 1)) };
        if (graded.Any(s => s.Grade.Steps.Count > 0)) measures.Add(Rate("every step right", PassAtK.OverProblems(counts, [.. problems.Select(p => p.Count(s => s.Grade.AllStepsRight))], 1)));
        for (var k = 2; k <= samples; k = k < samples ? Math.Min(2 * k, samples) : k + 1) measures.Add(Rate($"pass@{k}", PassAtK.OverProblems(counts, right, k)));
        for (var k = 2; k <= samples; k = k < samples ? Math.Min(2 * k, samples) : k + 1)
            measures.Add(Rate($"majority@{k}", MeanEstimate.Of([.. problems.Select((p, i) => Vote(p, k, new RandomStream(seed, StreamStage.Evaluation, step: k, problem: i, sample: samples)))])));
        Length(measures, "tokens of thought", problems, _ => true);
        Length(measures, "  of right answers", problems, s => s.Grade.Correct > 0);
        Length(measures, "  of wrong answers", problems, s => s.Grade.Correct == 0);
        measures.Add(Rate("cut off by the budget", PassAtK.OverProblems(counts, [.. problems.Select(p => p.Count(s => s.Truncated))], 1)));
        if (graded.Any(s => s.Grade.Outcome == SampleOutcome.CutWhileThinking)) measures.Add(Rate("  within the thought", PassAtK.OverProblems(counts, [.. problems.Select(p => p.Count(s => s.Grade.Outcome == SampleOutcome.CutWhileThinking))], 1)));
        return new SampleSummary(problems.Length, samples, measures);
    }

    /// <summary>Right answers of a problem are one candidate, whichever way they are written.</summary>
    private static double Vote(GradedSample[] samples, int k, RandomStream stream)
    {
        const string Right = "\u0001right";
        return MajorityAtK.Expected([.. samples.Select(s => s.Grade.Correct > 0 ? Right : s.Grade.Answer)], Right, k, stream);
    }

    private static Measure Rate(string name, MeanEstimate estimate)
    {
        var interval = estimate.Rate();
        return new Measure(name, estimate.Mean, interval.Low, interval.High, IsRate: true);
    }

    private static void Length(List<Measure> measures, string name, GradedSample[][] problems, Func<GradedSample, bool> where)
    {
        var values = new List<double>();
        var clusters = new List<int>();
        for (var i = 0; i < problems.Length; i++)
        {
            foreach (var sample in problems[i].Where(where))
            {
                values.Add(sample.CompletionTokens);
                clusters.Add(i);
            }
        }

        if (values.Count == 0) return;
        var estimate = MeanEstimate.Clustered([.. values], [.. clusters]);
        var interval = estimate.StudentT();
        measures.Add(new Measure(name, estimate.Mean, interval?.Low, interval?.High, IsRate: false));
    }
}
