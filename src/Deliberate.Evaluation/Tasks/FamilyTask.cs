using System.Runtime.CompilerServices;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A set of problems with exact answers as a task: the held-out problems that a run's own evaluations ask, with the same random
/// numbers and the same scorer, so that the same model gets the same verdicts, sample by sample.
/// </summary>
internal static class FamilyTask
{
    public const string Prefix = "family:";

    private const int UsualItems = 300, UsualEpochs = 4, UsualTokens = 192, MostVotes = 64;

    /// <param name="name"><c>arithmetic</c>, or with its level <c>arithmetic@3</c>.</param>
    public static EvaluationTask Named(string name)
    {
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var family = FamilyRegistry.Get(at < 0 ? name : name[..at]);
        var level = family.Levels[0].Number;
        if (at >= 0 && !(int.TryParse(name.AsSpan(at + 1), System.Globalization.NumberStyles.None, null, out level) && family.Levels.Any(l => l.Number == level)))
            throw new UserError($"{family.Name} has no level \"{name[(at + 1)..]}\".", field: Prefix + name, advice: $"Its levels are {string.Join(", ", family.Levels.Select(l => l.Number))}.");
        var set = new ProblemSet(family, level);
        return Of(set, $"{Prefix}{family.Name}@{level}", $"{family.Title}, level {level}", UsualItems);
    }

    /// <param name="set">Whose scorer stays the set's.</param>
    /// <param name="name">Of the task.</param>
    /// <param name="title">On pages.</param>
    /// <param name="items">Unless a limit says otherwise.</param>
    public static EvaluationTask Of(ProblemSet set, string name, string title, int items) => new()
    {
        Name = name,
        Title = title,
        Summary = set.Family?.Description ?? "problems of your own",
        Items = (context, cancellation) => Draw(set, context.Split, context.Limit ?? items, context.Seed, cancellation),
        Scorer = _ => new SharedScorer(set.Scorer),
        ReadAnswer = set.AnswerOf,
        Metrics = [TaskMetric.Accuracy, TaskMetric.AccuracyFinished, .. set.Family is null ? Array.Empty<TaskMetric>() : [StepsRight], .. VoteMetrics.UpTo(MostVotes)],
        Defaults = new TaskDefaults { Epochs = UsualEpochs, MaxTokens = UsualTokens, Temperature = 1 },
    };

    /// <summary>The set's scorer, which is the set's to dispose; of a user's verifier each failure is the one sample's.</summary>
    private sealed class SharedScorer(IScorer scorer) : IScorer
    {
        public string Name => scorer.Name;

        public int BatchSize => scorer.BatchSize;

        public ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken) =>
            scorer is VerifierRunner runner ? runner.ScoreEachAsync(samples, cancellationToken) : scorer.ScoreAsync(samples, cancellationToken);
    }

    private static TaskMetric StepsRight { get; } = new() { Name = "steps_right", Title = "every step right", Value = s => TaskMetric.RightOrNot(s) is null ? null : s.AllStepsRight ? 1 : 0 };

    private static async IAsyncEnumerable<EvaluationItem> Draw(ProblemSet set, Split split, int count, ulong seed, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var place = 0;
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var problem in set.Draw(split, count, seed))
        {
            cancellation.ThrowIfCancellationRequested();
            // A small level draws the same problem more than once: it is one item's worth of news.
            yield return new EvaluationItem { Id = problem.Id, Messages = [new("user", problem.Prompt)], Reference = problem.Answer, Problem = problem, Place = place++, Cluster = first.TryAdd(problem.Canonical, problem.Id) ? "" : first[problem.Canonical] };
        }
    }
}
