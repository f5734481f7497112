using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>Who labels the steps of chosen solutions without a person: the family's own rules, or a judge such as a larger reward model.</summary>
internal static class StepLabellers
{
    /// <summary>P(wrong) above which a labelling model calls a step wrong ("Let's Verify Step by Step", section 4).</summary>
    public const double UsualThreshold = 0.2;

    /// <summary>Exactly.</summary>
    public static LabelledSolution Exact(ITaskFamily family, DrawnSolution solution) => FamilyLabels.Label(family, solution.Problem, solution.Steps, solution.Problem.Index);

    /// <summary>As a judge sees it, up to the first step that it calls wrong; null where it could not read the solution.</summary>
    /// <param name="solution">What is labelled.</param>
    /// <param name="steps">What the judge said.</param>
    /// <param name="labeler">Its name.</param>
    /// <param name="threshold">P(wrong) above which a step is wrong.</param>
    public static LabelledSolution? Judged(DrawnSolution solution, StepProbabilities[]? steps, string labeler, double threshold)
    {
        if (steps is null) return null;
        var error = StepProbabilities.FirstError(steps, threshold);
        var labels = Enumerable.Range(0, error < 0 ? steps.Length : error + 1).Select(i => i == error ? 0.0 : 1).ToArray();
        return new StepwiseExample(solution.Problem.Prompt, solution.Steps, labels, error < 0).ToLabelled(labeler, FamilyLabels.TimestampOf(solution.Problem.Index)) with
        {
            Question = new LabelQuestion(solution.Problem.Prompt, null, solution.Problem.Answer, solution.Steps, solution.Answer, null),
            Finish = error < 0 ? LabelFinish.Solution : LabelFinish.FoundError,
        };
    }

    /// <summary>Labels all of them.</summary>
    /// <param name="solutions">Chosen ones.</param>
    /// <param name="judge">Who labels; null for the family's own rules.</param>
    /// <param name="family">Of the problems.</param>
    /// <param name="threshold">Of a judge.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public static IReadOnlyList<LabelledSolution> Label(IReadOnlyList<DrawnSolution> solutions, ISolutionJudge? judge, ITaskFamily family, double threshold, CancellationToken cancellation)
    {
        if (judge is null) return [.. solutions.Select(s => Exact(family, s))];
        if (!judge.SaysSteps) throw new UserError($"{judge.Name} says nothing of steps.", advice: "Name a process reward model.");
        return [.. judge.Judge([.. solutions.Select(s => s.Text)], cancellation: cancellation).Zip(solutions, (steps, s) => Judged(s, steps, judge.Name, threshold)).OfType<LabelledSolution>()];
    }
}
