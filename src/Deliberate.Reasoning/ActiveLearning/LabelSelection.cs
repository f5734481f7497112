using System.ComponentModel;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>By what solutions are chosen to be labelled.</summary>
internal enum SelectionRule
{
    /// <summary>Those that a reward model takes for right, most of them with a wrong answer: it is mistaken there, and learns most.</summary>
    Convincing,

    /// <summary>Any, the control.</summary>
    Uniform,
}

/// <summary>How solutions are chosen to be labelled.</summary>
internal sealed record SelectionOptions
{
    [Description("convincing (what the selector takes for right, most of it with a wrong answer) or uniform (any, the control).")]
    public SelectionRule Rule { get; init; }

    [Description("Solutions of each problem.")]
    [InRange(1, 1_000_000)]
    public int PerProblem { get; init; } = 4;

    [Description("Share of them that are the most convincing with a wrong answer; the rest are the most convincing of what is left (the paper's: 0.8).")]
    [InRange(0, 1)]
    public double WrongShare { get; init; } = 0.8;

    [Description("Most over all problems: the first of the queue; 0 for all that were chosen.")]
    [InRange(0, 100_000_000)]
    public int Most { get; init; }
}

/// <summary>What may be chosen.</summary>
/// <param name="Problem">Number of its problem.</param>
/// <param name="Key">The same for equal solutions of a problem, of which one is labelled.</param>
/// <param name="Score">The selector's; of no meaning to a uniform choice.</param>
/// <param name="IsRight">Whether its answer is right.</param>
internal readonly record struct SelectionCandidate(int Problem, string Key, double Score, bool IsRight)
{
    /// <summary>Drawn solutions with a selector's scores. Small families ask the same problem again: it is one.</summary>
    public static SelectionCandidate[] Of(IReadOnlyList<DrawnSolution> drawn, IReadOnlyList<double> scores)
    {
        Dictionary<string, int> problems = new(StringComparer.Ordinal);
        return [.. drawn.Zip(scores, (solution, score) =>
        {
            problems.TryAdd(solution.Problem.Prompt, (int)solution.Problem.Index);
            return new SelectionCandidate(problems[solution.Problem.Prompt], solution.Key, score, solution.IsRight);
        })];
    }
}

/// <summary>What was chosen.</summary>
/// <param name="Index">Of the candidate.</param>
/// <param name="Priority">The highest is labelled first.</param>
/// <param name="IsConvincingWrong">Whether it was chosen as a convincing one with a wrong answer.</param>
internal readonly record struct SelectedSolution(int Index, double Priority, bool IsConvincingWrong);

/// <summary>
/// Which solutions are worth a label ("Let's Verify Step by Step", section 4.2): of each problem N, a share of 0.8 the wrong-answer solutions
/// that the selector scores highest, the rest the highest of what is left; then the first K over all problems. Equal solutions are taken
/// once. A pure function: ties go to the earlier candidate, the uniform choice draws from a stream of each problem.
/// </summary>
internal static class LabelSelection
{
    /// <param name="candidates">Of all problems.</param>
    /// <param name="options">How.</param>
    /// <param name="seed">Of the uniform choice.</param>
    /// <returns>By priority, the highest first.</returns>
    public static IReadOnlyList<SelectedSolution> Choose(IReadOnlyList<SelectionCandidate> candidates, SelectionOptions options, ulong seed)
    {
        List<SelectedSolution> chosen = [];
        foreach (var problem in Enumerable.Range(0, candidates.Count).GroupBy(i => candidates[i].Problem))
        {
            int[] different = [.. problem.DistinctBy(i => candidates[i].Key, StringComparer.Ordinal)];
            chosen.AddRange(options.Rule == SelectionRule.Uniform ? Uniform(different, options.PerProblem, new RandomStream(seed, StreamStage.Selection, problem: problem.Key)) : Convincing(candidates, different, options));
        }

        // A stable sort: of equals the earlier problem's first.
        IEnumerable<SelectedSolution> queue = chosen.OrderByDescending(c => c.Priority);
        return [.. options.Most > 0 ? queue.Take(options.Most) : queue];
    }

    private static IEnumerable<SelectedSolution> Convincing(IReadOnlyList<SelectionCandidate> candidates, int[] different, SelectionOptions options)
    {
        int[] best = [.. different.OrderByDescending(i => candidates[i].Score)];
        var wrong = best.Where(i => !candidates[i].IsRight).Take((int)Math.Round(options.WrongShare * options.PerProblem, MidpointRounding.AwayFromZero)).ToHashSet();
        var rest = best.Where(i => !wrong.Contains(i)).Take(options.PerProblem - wrong.Count);
        // Scores are probabilities: every convincing wrong answer stands before the others.
        return wrong.Order().Select(i => new SelectedSolution(i, 1 + candidates[i].Score, true)).Concat(rest.Select(i => new SelectedSolution(i, candidates[i].Score, false)));
    }

    /// <summary>Its priorities are random too, so that the first K are any.</summary>
    private static IEnumerable<SelectedSolution> Uniform(int[] different, int count, RandomStream random)
    {
        for (var i = 0; i < Math.Min(count, different.Length); i++)
        {
            var at = random.Next(i, different.Length);
            (different[i], different[at]) = (different[at], different[i]);
        }

        return [.. different.Take(count).Select(i => new SelectedSolution(i, random.NextDouble(), false))];
    }
}
