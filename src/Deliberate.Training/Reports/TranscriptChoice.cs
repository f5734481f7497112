using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Which problems are shown before and after: by a rule, not by taste. The first two that were wrong before and right after, the
/// first right answer after with a step that is not, and the first that is wrong after.
/// </summary>
internal static class TranscriptChoice
{
    public const string Note =
        "Chosen by rule, first sample of each, in the order of the test problems: the first two that were wrong before and right after, the first whose answer is right after although a step is wrong (if there is one), and the first that is still wrong. Each step carries the exact checker's verdict, where there is one.";

    public static List<TranscriptPair> Choose(IReadOnlyList<GradedSample> before, IReadOnlyList<GradedSample> after, LearningWords learning)
    {
        var earlier = before.Where(s => s.Sample == 0 && s.Grade.IsGraded).ToDictionary(s => s.Problem.Index);
        var pairs = after.Where(s => s.Sample == 0 && s.Grade.IsGraded && earlier.ContainsKey(s.Problem.Index)).OrderBy(s => s.Problem.Index).Select(s => (Before: earlier[s.Problem.Index], After: s)).ToList();
        bool Right(GradedSample s) => s.Grade.Correct > 0;
        var chosen = pairs.Where(p => !Right(p.Before) && Right(p.After)).Take(2)
            .Concat(pairs.Where(p => Right(p.After) && p.After.Grade.FirstWrongStep >= 0).Take(1))
            .Concat(pairs.Where(p => !Right(p.After)).Take(1))
            .DistinctBy(p => p.After.Problem.Index);
        return [.. chosen.Select(p => new TranscriptPair(p.After.Problem.Prompt, p.After.Problem.Answer, Of(learning.Before, p.Before), Of(learning.After, p.After)))];
    }

    private static Transcript Unchecked(string label, GradedSample sample)
    {
        var right = sample.Grade.Correct > 0;
        var steps = ThinkingSplit.Of(sample.Text, sample.ThoughtOpenedBy).Thinking?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        return new Transcript(label, [.. steps.Select(text => new TranscriptStep(text, StepMark.Unchecked))], sample.Grade.Answer ?? "", right, right ? "" : sample.Grade.Reason) { ThoughtTokens = sample.ThoughtTokens ?? -1 };
    }

    private static Transcript Of(string label, GradedSample sample)
    {
        // Problems of the user's have no checker of steps: the thought is shown as it is.
        if (OwnProblem.IsLine(sample.Problem)) return Unchecked(label, sample);
        var steps = sample.Grade.Steps.Select((text, i) =>
        {
            var verdict = sample.Grade.StepVerdicts[i];
            return new TranscriptStep(text, verdict.IsRight ? StepMark.Right : StepMark.Wrong, verdict.IsRight ? "" : verdict.Reason);
        });
        var right = sample.Grade.Correct > 0;
        return new Transcript(label, [.. steps], sample.Grade.Answer ?? "", right, right ? "" : sample.Grade.Reason) { ThoughtTokens = sample.ThoughtTokens ?? -1 };
    }
}
