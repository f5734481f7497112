namespace Deliberate.Reasoning;

/// <summary>
/// What is asked and who judges it: the problems of a task family, or a user's own. To whoever draws and measures both are the
/// same; what a set has besides (steps that can be checked, a corpus) is said by <see cref="Family"/>, where there is one.
/// </summary>
internal sealed class ProblemSet : IDisposable
{
    private readonly AnswerFormat? _format;
    private readonly Lazy<IScorer> _scorer;

    /// <summary>A family's problems, judged by its rules.</summary>
    /// <param name="level">That is asked unless another is wanted.</param>
    public ProblemSet(ITaskFamily family, int level)
        : this(new FamilyProblems(family, level), () => new FamilyScorer(family), null, level) => Family = family;

    /// <param name="source">The problems.</param>
    /// <param name="scorer">Made when it is first asked for, and owned.</param>
    /// <param name="format">Where answers stand; null for behind the thought, as families have them.</param>
    /// <param name="level">That is asked unless another is wanted; null for all.</param>
    public ProblemSet(IProblemSource source, Func<IScorer> scorer, AnswerFormat? format, int? level = null) => (Source, _scorer, _format, Level) = (source, new Lazy<IScorer>(scorer), format, level);

    public string Name => Source.Name;

    public IProblemSource Source { get; }

    /// <exception cref="Core.UserError">It cannot be had.</exception>
    public IScorer Scorer => _scorer.Value;

    /// <summary>The level that held-out problems are of; null for all levels.</summary>
    public int? Level { get; }

    /// <summary>Checks steps and writes worked solutions; null where nobody does.</summary>
    public ITaskFamily? Family { get; }

    /// <summary>The same set, of which one level is asked.</summary>
    public ProblemSet At(int level) => new(Source, () => Scorer, _format, level);

    /// <summary>The final answer of a completion; null where there is none.</summary>
    public string? AnswerOf(string completion, bool truncated, string thoughtOpenedBy) => _format is { } format
        ? AnswerExtraction.Extract(completion, format, truncated, thoughtOpenedBy)
        : ChainOfThought.Parse(completion, truncated, thoughtOpenedBy).Answer;

    /// <summary>The first problems of a side; fewer where there are no more.</summary>
    public Problem[] Draw(Split split, int count, ulong seed)
    {
        var problems = new Problem[Math.Min(count, Source.Count(split, Level) ?? count)];
        for (var i = 0; i < problems.Length; i++) problems[i] = Source.Draw(split, Level, seed, i);
        return problems;
    }

    /// <summary>A text that did not come from a model of ours, read and judged as one.</summary>
    public ScoredSample Score(Problem problem, string completion)
    {
        var sample = new Sample { Problem = problem, Attempt = 0, Completion = completion, Answer = AnswerOf(completion, truncated: false, "") };
        return new ScoredSample(sample, Scorer.ScoreAsync([sample], CancellationToken.None).AsTask().GetAwaiter().GetResult()[0]);
    }

    public void Dispose()
    {
        if (_scorer.IsValueCreated) (Scorer as IDisposable)?.Dispose();
    }

    /// <summary>A family never ends.</summary>
    private sealed class FamilyProblems(ITaskFamily family, int usualLevel) : IProblemSource
    {
        public string Name => family.Name;

        public IReadOnlyList<DifficultyLevel> Levels => family.Levels;

        public int? Count(Split split, int? level) => null;

        public Problem Draw(Split split, int? level, ulong seed, long index) => family.Generate(split, level ?? usualLevel, seed, index);
    }
}
