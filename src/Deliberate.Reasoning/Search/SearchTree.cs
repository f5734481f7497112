namespace Deliberate.Reasoning;

/// <summary>What a round of a search looked at and what it kept.</summary>
/// <param name="Candidates">Best first, with the scores by which they were sorted.</param>
/// <param name="Kept">Of these.</param>
internal sealed record SearchRound(IReadOnlyList<(SearchNode Node, double Score)> Candidates, IReadOnlyList<SearchNode> Kept);

/// <summary>The search for one problem's solution: its tree, what it has cost, its rounds, and what was found.</summary>
/// <param name="problem">What is to be solved.</param>
/// <param name="key">Tells its random numbers from those of the others.</param>
/// <param name="budget">Tokens that the policy may draw in all; 0 for no limit.</param>
internal sealed class SearchTree(Problem problem, long key, long budget = 0)
{
    private readonly List<string> _answers = [];

    public Problem Problem { get; } = problem;

    public long Key { get; } = key;

    /// <summary>The problem as the policy reads it, in tokens; null for what the policy's encoder makes of it.</summary>
    public int[]? Prompt { get; init; }

    public SearchNode Root { get; } = SearchNode.Root();

    /// <summary>Tokens that the policy may draw in all; 0 for no limit.</summary>
    public long Budget { get; } = budget;

    /// <summary>Drawn by the policy.</summary>
    public long PolicyTokens { get; set; }

    /// <summary>Read by the scorer.</summary>
    public long ScorerTokens { get; set; }

    /// <summary>How often a node's proposals were completed or looked ahead from: keys of random numbers.</summary>
    public long Draws { get; set; }

    /// <summary>Tokens that are left; <see cref="long.MaxValue"/> without a limit.</summary>
    public long Left => Budget == 0 ? long.MaxValue : Math.Max(0, Budget - PolicyTokens);

    public List<SearchRound> Rounds { get; } = [];

    /// <summary>Finished solutions, in the order in which the method came by them.</summary>
    public List<SearchNode> Finished { get; } = [];

    /// <summary>The solution that was chosen; null where there is none.</summary>
    public SearchNode? Selected { get; private set; }

    /// <summary>Its answer, or the one that was voted for.</summary>
    public string? Answer { get; private set; }

    /// <summary>The answer as it was first written, so that equal ones are one in a vote.</summary>
    /// <param name="answer">As it is written now.</param>
    /// <param name="grader">Says which are equal.</param>
    public string Representative(string answer, IAnswerGrader grader)
    {
        foreach (var known in _answers)
            if (known == answer || grader.Compare(known, answer) == AnswerMatch.Equal) return known;
        _answers.Add(answer);
        return answer;
    }

    public void Select(SearchNode? node) => (Selected, Answer) = (node, node?.Answer);

    /// <summary>An answer that was voted for, and the first solution that gives it.</summary>
    public void Select(string? answer) => (Selected, Answer) = (answer is null ? null : Finished.Find(n => n.Answer == answer), answer);

    /// <summary>Of the finished solutions the one with the largest value, those without an answer last.</summary>
    public SearchNode? BestFinished(StepAggregation aggregation) =>
        Finished.OrderByDescending(n => n.Answer is not null).ThenByDescending(n => n.Value(aggregation)).ThenBy(n => n).FirstOrDefault();
}
