using Deliberate.Models;

namespace Deliberate.Reasoning;

/// <summary>Methods of search on the same problems with the same policy and scorer.</summary>
/// <param name="model">The policy.</param>
/// <param name="encoder">Of its text format.</param>
/// <param name="set">Where the problems are from, and who judges.</param>
/// <param name="scorer">Null where no method asks for scores.</param>
/// <param name="drawing">How steps are drawn.</param>
/// <param name="longestPrompt">In tokens.</param>
internal sealed class SearchStudy(LanguageModel model, ProblemEncoder encoder, ProblemSet set, IStepScorer? scorer, SearchDrawing drawing, int longestPrompt)
{
    /// <summary>Samples in flight that keep the processor busy; results do not depend on it.</summary>
    private const int MostSlots = 128;

    /// <param name="method">What to search by.</param>
    /// <param name="n">What it may spend, which says how many problems fill a batch.</param>
    /// <param name="problems">To solve.</param>
    /// <param name="budget">Most tokens that may be drawn for a problem; 0 for no limit.</param>
    /// <param name="done">Told of each problem.</param>
    /// <param name="cancellation">Leaves no trace.</param>
    public (SearchMeasurement Measurement, IReadOnlyList<SearchTree> Trees) Run(ISearchMethod method, int n, IReadOnlyList<Problem> problems, long budget = 0, Action? done = null, CancellationToken cancellation = default)
    {
        scorer?.Forget();
        var together = Math.Clamp(2 * MostSlots / n, 1, problems.Count);
        var slots = (int)Math.Clamp((long)together * n, 1, MostSlots);
        using var space = new ModelSearchSpace(model, encoder, AnswerOf, method.NeedsScores ? scorer : null, drawing, slots, longestPrompt);
        SearchTree[] trees = [.. problems.Select((p, i) => new SearchTree(p, i, budget))];
        SearchRunner.Run(method, space, trees, together, _ => done?.Invoke(), cancellation);
        return (SearchMeasurement.Of(method, n, set, trees, encoder.ThoughtOpenedBy).Measurement, trees);
    }

    private string? AnswerOf(SearchTree tree, string text)
    {
        var answer = set.AnswerOf(text, truncated: false, encoder.ThoughtOpenedBy(tree.Problem));
        return answer is null || set.Family is not null ? answer : tree.Representative(answer, AnswerGraders.Get(OwnProblem.GraderOf(tree.Problem) ?? AnswerGraders.Default));
    }
}
