namespace Deliberate.Reasoning;

/// <summary>A path whose last steps are to be scored.</summary>
/// <param name="Problem">What is solved.</param>
/// <param name="Prompt">As the policy's tokens.</param>
/// <param name="Steps">All steps from the first on, in order.</param>
/// <param name="First">The first that is asked for; those before it were scored earlier.</param>
internal sealed record StepPath(Problem Problem, int[] Prompt, IReadOnlyList<SearchStep> Steps, int First);

/// <summary>What came of it.</summary>
/// <param name="Scores">One for each step that was asked for: the probability that it is right.</param>
/// <param name="Tokens">Read by a model for it.</param>
internal sealed record StepScores(double[] Scores, int Tokens);

/// <summary>
/// Says how likely it is that steps of solutions are right, many at once: a process or outcome reward model, a verifier that writes, an
/// exact checker. All that search knows of any of them.
/// </summary>
internal interface IStepScorer
{
    string Name { get; }

    /// <summary>Another search begins, whose cost is its own: what was read for the last one is forgotten.</summary>
    void Forget()
    {
    }

    IReadOnlyList<StepScores> Score(IReadOnlyList<StepPath> paths, CancellationToken cancellation);
}
