using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// The samples of an evaluation of a run: all problems with a few samples each, and the first ones of them with many more for
/// votes. A sample depends on (evaluation seed, problem, number, weights) alone, so those of both parts are the same where they meet.
/// </summary>
internal sealed class RunEvaluator(RunSession session)
{
    /// <param name="name">For the observer.</param>
    /// <param name="quick">Fewer problems and no votes.</param>
    /// <param name="cancellation">Gives up without a trace.</param>
    /// <returns>Ordered by problem and sample.</returns>
    public List<ScoredSample> Run(string name, bool quick, CancellationToken cancellation)
    {
        var recipe = session.Recipe.Evaluation;
        var problems = quick ? Math.Min(recipe.QuickProblems, recipe.Problems) : recipe.Problems;
        var voting = quick || recipe.VoteSamples <= recipe.Samples ? 0 : recipe.VoteProblems;
        session.Observer.EvaluationStarted(name, (problems * recipe.Samples) + (voting * recipe.VoteSamples));
        var graded = Draw(problems, recipe.Samples, cancellation);
        if (voting > 0) graded.AddRange(Draw(voting, recipe.VoteSamples, cancellation).Where(s => s.Attempt >= recipe.Samples));
        return [.. graded.OrderBy(s => s.Problem.Index).ThenBy(s => s.Attempt)];
    }

    private List<ScoredSample> Draw(int problems, int samples, CancellationToken cancellation)
    {
        var recipe = session.Recipe.Evaluation;
        return session.Loop.Evaluate(session.Problems.Draw(Split.Test, problems, recipe.Seed), samples, recipe.MaxTokens, recipe.Sampling, recipe.Seed, cancellation: cancellation);
    }
}
