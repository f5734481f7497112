namespace Deliberate.Reasoning;

/// <summary>
/// Grades a model's text: whatever it is (empty, endless, not valid UTF-8), the result is a <see cref="Grade"/>, never an exception.
/// </summary>
public static class Grader
{
    /// <param name="family">The problem's family.</param>
    /// <param name="problem">The problem that was asked.</param>
    /// <param name="completion">The completion's text, without its end-of-text token.</param>
    /// <param name="truncated">Whether the token budget ended it.</param>
    /// <param name="prompt">What the model was given, or its end: where that is an opening tag, the completion begins within the thought.</param>
    public static Grade Grade(ITaskFamily family, Problem problem, string? completion, bool truncated, string prompt = "")
    {
        var parsed = ChainOfThought.Parse(completion, truncated, prompt);
        var verdicts = parsed.Steps.Count == 0 ? [] : family.CheckSteps(problem, parsed.Steps);
        if (parsed.Answer is null) return new(null, 0, false, false, parsed.Reason!, parsed.Steps, verdicts) { Outcome = truncated && parsed.IsUnfinished ? SampleOutcome.CutWhileThinking : SampleOutcome.Unscored };
        var verified = family.Verify(problem, parsed.Answer);
        var allRight = verified.IsCorrect && verdicts.Length > 0 && Array.TrueForAll(verdicts, v => v.IsRight)
            && family.Conclusion(problem, parsed.Steps) is { } conclusion && family.Verify(problem, conclusion).IsCorrect;
        return new(parsed.Answer, verified.IsCorrect ? 1 : 0, allRight, true, verified.Reason, parsed.Steps, verdicts);
    }
}
