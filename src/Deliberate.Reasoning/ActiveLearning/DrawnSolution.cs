namespace Deliberate.Reasoning;

/// <summary>A solution that a model drew, in steps as labels have them, with what is known of it for nothing: whether its answer is right.</summary>
/// <param name="Problem">Of a task family.</param>
/// <param name="Attempt">Which of the problem's samples.</param>
/// <param name="Steps">The last brings the answer.</param>
/// <param name="Answer">What it answers.</param>
/// <param name="IsRight">Whether that is right.</param>
/// <param name="AreStepsRight">Whether that and every step are: nobody who chooses what to label may know it.</param>
internal sealed record DrawnSolution(Problem Problem, int Attempt, IReadOnlyList<string> Steps, string Answer, bool IsRight, bool AreStepsRight)
{
    public SolutionText Text => new(Problem.Prompt, Steps);

    /// <summary>The same for equal solutions of a problem.</summary>
    public string Key => string.Join('\u0001', Steps);

    /// <summary>Null of a sample without steps or answer: there is no end that could be judged.</summary>
    public static DrawnSolution? Of(ScoredSample sample) => sample.Answer is not { } answer || sample.Sample.Steps.Count == 0
        ? null
        : new DrawnSolution(sample.Problem, sample.Attempt, FamilyLabels.StepsOf(sample.Sample.Steps, answer), answer, sample.IsRight, sample.AllStepsRight);
}
