namespace Deliberate.Reasoning;

/// <summary>
/// Judges by the rules of a task family: the answer, and every step of the thought. Whatever the completion is (empty, endless, not
/// valid UTF-8), the result is a verdict, never an exception.
/// </summary>
public sealed class FamilyScorer(ITaskFamily family) : IScorer
{
    public string Name => family.Name;

    public int BatchSize => int.MaxValue;

    public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(samples);
        // Programs may have to run, each in a sandbox of its own.
        return new(family is ProgramFamily ? [.. samples.AsParallel().AsOrdered().Select(Judge)] : [.. samples.Select(Judge)]);
    }

    /// <summary>The verdict on one sample.</summary>
    public Verdict Judge(Sample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        var parsed = ChainOfThought.Parse(sample.Completion, sample.Truncated, sample.ThoughtOpenedBy);
        var steps = parsed.Steps.Count == 0 ? [] : family.CheckSteps(sample.Problem, parsed.Steps);
        if (parsed.Answer is null) return (sample.Truncated && parsed.IsUnfinished ? Verdict.Unfinished(truncated: true) : Verdict.Unscored(parsed.Reason!)) with { Steps = steps };
        var verdict = family.Verify(sample.Problem, parsed.Answer);
        var allRight = verdict.IsRight && steps.Length > 0 && Array.TrueForAll(steps, v => v.IsRight)
            && family.Conclusion(sample.Problem, parsed.Steps) is { } conclusion && family.Verify(sample.Problem, conclusion).IsRight;
        return verdict with { Steps = steps, AllStepsRight = allRight };
    }

    /// <summary>The verdict on a text.</summary>
    /// <param name="problem">Of the family.</param>
    /// <param name="completion">Without its end-of-text token.</param>
    /// <param name="truncated">Whether the token budget ended it.</param>
    public Verdict Judge(Problem problem, string? completion, bool truncated = false) =>
        Judge(new Sample { Problem = problem, Attempt = 0, Completion = completion ?? "", Truncated = truncated });
}
