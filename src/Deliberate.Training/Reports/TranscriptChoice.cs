using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>
/// Which problems are shown before and after: by a rule, not by taste. The first two that were wrong before and right after, the
/// first right answer after with a step that is not, and the first that is wrong after.
/// </summary>
internal static class TranscriptChoice
{
    public const string Note =
        "Chosen by rule, first sample of each, in the order of the test problems: the first two that were wrong before and right after, the first whose answer is right after although a step is wrong (if there is one), and the first that is still wrong. Each step carries the exact checker's verdict, where there is one.";

    public static List<TranscriptPair> Choose(IReadOnlyList<ScoredSample> before, IReadOnlyList<ScoredSample> after, LearningWords learning)
    {
        var earlier = before.Where(s => s.Attempt == 0 && s.IsJudged).ToDictionary(s => s.Problem.Index);
        var pairs = after.Where(s => s.Attempt == 0 && s.IsJudged && earlier.ContainsKey(s.Problem.Index)).OrderBy(s => s.Problem.Index).Select(s => (Before: earlier[s.Problem.Index], After: s)).ToList();
        var chosen = pairs.Where(p => !p.Before.IsRight && p.After.IsRight).Take(2)
            .Concat(pairs.Where(p => p.After.IsRight && p.After.Verdict.FirstWrongStep >= 0).Take(1))
            .Concat(pairs.Where(p => !p.After.IsRight).Take(1))
            .DistinctBy(p => p.After.Problem.Index);
        return [.. chosen.Select(p => new TranscriptPair(p.After.Problem.Prompt, p.After.Problem.Answer, Transcript.Of(learning.Before, p.Before), Transcript.Of(learning.After, p.After)))];
    }
}
