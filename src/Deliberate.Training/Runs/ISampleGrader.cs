using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>Grades what was sampled: a family's own rules, or a verifier of the user's.</summary>
internal interface ISampleGrader : IDisposable
{
    /// <param name="encoder">That turns tokens into text.</param>
    /// <param name="problems">Of each group.</param>
    /// <param name="rollouts">[problems][samples].</param>
    /// <param name="cancellation">Leaves no trace.</param>
    /// <returns>[problems][samples].</returns>
    GradedSample[][] Grade(ProblemEncoder encoder, IReadOnlyList<Problem> problems, Rollout[][] rollouts, CancellationToken cancellation);
}

/// <summary>Grades by the rules of a task family.</summary>
internal sealed class FamilyGrader(ITaskFamily family) : ISampleGrader
{
    public GradedSample[][] Grade(ProblemEncoder encoder, IReadOnlyList<Problem> problems, Rollout[][] rollouts, CancellationToken cancellation) =>
        [.. problems.Select((problem, i) => SampledText.Of(encoder, problem, rollouts[i]).Select((sample, g) =>
            sample.Graded(problem, g, Grader.Grade(family, problem, sample.Text, sample.Truncated, sample.ThoughtOpenedBy))).ToArray())];

    public void Dispose()
    {
    }
}
