using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What an evaluation of n problems with k samples each measured.</summary>
/// <param name="Samples">Of the problem that has the fewest.</param>
/// <param name="HarnessErrors">Samples that the verifier failed on; left out of everything else.</param>
internal sealed record SampleSummary(int Problems, int Samples, int HarnessErrors, IReadOnlyList<NamedEstimate> Measures)
{
    public static SampleSummary Of(IReadOnlyList<ScoredSample> all, ulong seed)
    {
        ScoredSample[] graded = [.. all.Where(s => s.IsJudged)];
        var votes = SampleVotes.Of(graded, seed).Where(v => v.K > 1).ToArray();
        List<NamedEstimate> measures = [new("pass@1", SampleMeasure.Accuracy.Of(graded), NumberStyle.Share)];
        if (graded.Any(s => s.Verdict.Steps.Count > 0)) measures.Add(SampleMeasure.StepsRight.Named(graded));
        measures.AddRange(votes.Select(v => new NamedEstimate(string.Create(CultureInfo.InvariantCulture, $"pass@{v.K}"), v.Pass, NumberStyle.Share)));
        measures.AddRange(votes.Select(v => new NamedEstimate(string.Create(CultureInfo.InvariantCulture, $"majority@{v.K}"), v.Majority, NumberStyle.Share)));
        measures.AddRange(new[] { SampleMeasure.CompletionLength, SampleMeasure.CompletionLengthRight, SampleMeasure.CompletionLengthWrong, SampleMeasure.ThoughtLength, SampleMeasure.Truncated }.Select(m => m.Named(graded)).Where(m => m.Estimate.IsMeasured));
        if (graded.Any(s => s.Outcome == SampleOutcome.CutWhileThinking)) measures.Add(SampleMeasure.CutWhileThinking.Named(graded));
        if (graded.Any(s => s.Outcome == SampleOutcome.Unscored)) measures.Add(SampleMeasure.Unscored.Named(graded));
        return new SampleSummary(measures[0].Estimate.N, graded.GroupBy(SampleMeasure.Problem).Select(g => g.Count()).DefaultIfEmpty().Min(), all.Count - graded.Length, measures);
    }
}
