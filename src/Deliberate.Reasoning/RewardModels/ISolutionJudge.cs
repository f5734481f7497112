namespace Deliberate.Reasoning;

/// <summary>A solution as it is read by whoever judges its steps.</summary>
/// <param name="Problem">As it was asked.</param>
/// <param name="Steps">In order; the last may bring the answer behind <c># Answer</c>.</param>
internal sealed record SolutionText(string Problem, IReadOnlyList<string> Steps);

/// <summary>
/// Says of every step of whole solutions how likely it is to be right: a reward model (<see cref="RewardModelJudge"/>), or what needs no
/// labels (<see cref="LabelFreeJudge"/>). What a search asks while it goes on is an <see cref="IStepScorer"/>.
/// </summary>
internal interface ISolutionJudge : IDisposable
{
    string Name { get; }

    /// <summary>How its steps become the score of a solution.</summary>
    StepAggregation Usual { get; }

    /// <summary>Whether it says of each step whether it is right; an outcome reward model does not.</summary>
    bool SaysSteps { get; }

    /// <summary>Whether it tells neutral steps from right ones.</summary>
    bool SaysNeutral { get; }

    /// <summary>By which its logits are divided.</summary>
    double Temperature { get; }

    /// <returns>One for each solution; null for one that is too long to be read.</returns>
    IReadOnlyList<StepProbabilities[]?> Judge(IReadOnlyList<SolutionText> solutions, Action<int>? progress = null, CancellationToken cancellation = default);
}

/// <summary>Scores of whole solutions.</summary>
internal static class SolutionScores
{
    /// <param name="judge">Who judges.</param>
    /// <param name="steps">What it said of a solution's steps; null where it could not read it, which is worth nothing.</param>
    public static double Of(ISolutionJudge judge, StepProbabilities[]? steps) =>
        steps is null || steps.Length == 0 ? 0 : judge.Usual.Of([.. steps.Select(s => s.Score(NeutralSteps.Positive))]);
}
