using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>What a method at one setting came to over all problems.</summary>
/// <param name="N">What it was given to spend.</param>
/// <param name="Accuracy">Share of problems whose chosen answer is right.</param>
/// <param name="StepsRight">The same with every step of the chosen solution right; null where nobody checks steps.</param>
/// <param name="PolicyTokens">Drawn a problem, the mean.</param>
/// <param name="ScorerTokens">Read by the scorer a problem, the mean.</param>
/// <param name="Answered">Share of problems with any answer.</param>
internal sealed record SearchMeasurement(string Method, string Settings, int N, Estimate Accuracy, Estimate? StepsRight, Estimate PolicyTokens, Estimate ScorerTokens, Estimate Answered)
{
    /// <summary>Judges what was chosen.</summary>
    /// <param name="method">That chose.</param>
    /// <param name="n">What it was given to spend.</param>
    /// <param name="set">Who judges.</param>
    /// <param name="trees">A problem each.</param>
    /// <param name="thoughtOpenedBy">The tag that a problem's prompt opens the thought with.</param>
    public static (SearchMeasurement Measurement, IReadOnlyList<ScoredSample> Chosen) Of(ISearchMethod method, int n, ProblemSet set, IReadOnlyList<SearchTree> trees, Func<Problem, string> thoughtOpenedBy)
    {
        Sample[] chosen = [.. trees.Select(t => SampleOf(t, thoughtOpenedBy(t.Problem)))];
        var verdicts = set.Scorer.ScoreAsync(chosen, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        ScoredSample[] scored = [.. chosen.Zip(verdicts, (s, v) => new ScoredSample(s, v))];
        var hasSteps = verdicts.Any(v => v.Steps.Count > 0);
        Estimate Mean(Func<SearchTree, double> value) => MeanMetric.Of(ItemValues.Of(trees, t => t.Key, value));
        return (new SearchMeasurement(
            method.Name, method.Settings, n, SampleMeasure.Accuracy.Of(scored), hasSteps ? SampleMeasure.StepsRight.Of(scored) : null, Mean(t => t.PolicyTokens), Mean(t => t.ScorerTokens),
            ShareMetric.Of(ItemValues.Of(trees, t => t.Key, t => t.Answer is null ? 0 : 1))), scored);
    }

    private static Sample SampleOf(SearchTree tree, string opened) => new()
    {
        Problem = tree.Problem,
        Attempt = 0,
        Completion = tree.Selected?.Text ?? "",
        Answer = tree.Answer,
        Truncated = tree.Selected is null,
        ThoughtOpenedBy = opened,
        CompletionTokens = tree.Selected?.PathTokens ?? 0,
    };
}
