using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A judge held against people: sensitivity, specificity and balanced accuracy over the answers that it decided, how many it did not, how far
/// it and people agree beyond chance, and what its rate of each group of answers is as judged, corrected and by people.
/// </summary>
internal sealed record JudgeValidation
{
    public required string Judge { get; init; }

    public required string Identity { get; init; }

    /// <summary>What the positive finding is.</summary>
    public required string Finds { get; init; }

    public required JudgeConfusion Confusion { get; init; }

    /// <summary>Answers without a finding, by why.</summary>
    public required IReadOnlyDictionary<SampleOutcome, int> Undecided { get; init; }

    /// <summary>Judge and people, on the answers that the judge decided; null where there is none.</summary>
    public required CohenKappa? Kappa { get; init; }

    /// <summary>The two people; null where there is one label alone.</summary>
    public required CohenKappa? People { get; init; }

    public required IReadOnlyList<GroupRates> Groups { get; init; }

    public int Answers => Confusion.Positives + Confusion.Negatives + Undecided.Values.Sum();

    public static async Task<JudgeValidation> RunAsync(IJudge judge, IReadOnlyList<LabelledAnswer> answers, ulong seed, int concurrency, IProgress<int>? progress, CancellationToken cancellation)
    {
        var found = new (bool? Positive, SampleOutcome Outcome)[answers.Count];
        await Parallel.ForAsync(0, answers.Count, new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellation }, async (i, token) =>
        {
            Verdict verdict;
            try
            {
                verdict = (await judge.ScoreAsync([SampleOf(answers[i], i)], token).ConfigureAwait(false))[0];
            }
            catch (Exception error) when (error is not (OperationCanceledException or UserError))
            {
                verdict = Verdict.HarnessError(error.Message);
            }

            found[i] = (judge.Target.Of(verdict), verdict.Outcome);
            progress?.Report(1);
        }).ConfigureAwait(false);
        return Of(judge, answers, found, seed);
    }

    private static JudgeValidation Of(IJudge judge, IReadOnlyList<LabelledAnswer> answers, (bool? Positive, SampleOutcome Outcome)[] found, ulong seed)
    {
        int[] decided = [.. Enumerable.Range(0, answers.Count).Where(i => found[i].Positive is not null)];
        var clusters = decided.GroupBy(i => LabelledRefusal.KeyOf(answers[i].Prompt)).OrderBy(g => g.Key).Select(g => new ConfusionCounts(
            g.Count(i => answers[i].IsPositive && found[i].Positive == true), g.Count(i => answers[i].IsPositive && found[i].Positive == false),
            g.Count(i => !answers[i].IsPositive && found[i].Positive == false), g.Count(i => !answers[i].IsPositive && found[i].Positive == true)));
        var confusion = new JudgeConfusion([.. clusters]);
        LabelledAnswer[] twice = [.. answers.Where(a => a.Second is not null)];
        return new JudgeValidation
        {
            Judge = judge.Name,
            Identity = judge.Identity,
            Finds = judge.Target.Finds,
            Confusion = confusion,
            Undecided = found.Where(f => f.Positive is null).GroupBy(f => f.Outcome).ToDictionary(g => g.Key, g => g.Count()),
            Kappa = decided.Length == 0 ? null : CohenKappa.Of([.. decided.Select(i => found[i].Positive == true ? 1 : 0)], [.. decided.Select(i => answers[i].IsPositive ? 1 : 0)]),
            People = twice.Length == 0 ? null : CohenKappa.Of([.. twice.Select(a => a.First == true ? 1 : 0)], [.. twice.Select(a => a.Second == true ? 1 : 0)]),
            Groups = [.. decided.GroupBy(i => answers[i].Group, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).Where(g => g.Key.Length > 0).Select(g => new GroupRates(
                g.Key,
                Rate(g, i => answers[i].IsPositive, answers),
                Rate(g, i => found[i].Positive == true, answers),
                CorrectedShareMetric.Of(ItemValues.Of(g, i => answers[i].Prompt, i => found[i].Positive == true ? 1 : 0), confusion, seed)))],
        };
    }

    private static Estimate Rate(IEnumerable<int> rows, Func<int, bool> isPositive, IReadOnlyList<LabelledAnswer> answers) =>
        ClusteredShareMetric.Of(rows, i => $"{i}", i => answers[i].Prompt, i => isPositive(i) ? 1 : 0);

    internal static Sample SampleOf(LabelledAnswer answer, int number) => new()
    {
        Problem = new Problem("validation", 0, Split.Test, number, answer.Prompt, "", answer.Prompt, answer.Reference),
        Attempt = 0,
        Messages = [new ChatMessage("user", answer.Prompt)],
        Completion = answer.Answer,
        Answer = answer.Answer,
    };
}

/// <summary>The rate of a group of answers: by people, as judged, and corrected for the judge's errors.</summary>
internal sealed record GroupRates(string Group, Estimate People, Estimate Judged, Estimate Corrected);
