using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Evaluation;

/// <summary>
/// A comparison as a page to read: of each task the figures in pairs, what each judge finds before and after beside how often it errs, and
/// answers to the same request side by side, with thought and verdicts. Everything is from the two logs.
/// </summary>
internal static class ComparisonPage
{
    public const int UsualPairs = 8;

    private static readonly string[] JudgeColumns = ["judge and what it finds", "before", "after", "after less before", "sensitivity", "specificity"];

    /// <param name="command">That makes the page again.</param>
    /// <param name="comparisons">Of logs that are at hand.</param>
    /// <param name="judges">Further ones, that need no model; the logs' own may be among them.</param>
    /// <param name="validations">What is known of their errors.</param>
    /// <param name="pairs">Requests to show of each task, at most.</param>
    public static async Task<ReportModel> BuildAsync(string command, IReadOnlyList<ResultComparison> comparisons, IReadOnlyList<IJudge> judges, IReadOnlyList<ValidationFile> validations, int pairs, CancellationToken cancellation)
    {
        var chapters = new List<ReportChapter>();
        foreach (var comparison in comparisons) chapters.Add(await ChapterAsync(comparison, judges, validations, pairs, cancellation).ConfigureAwait(false));
        return new ReportModel
        {
            Title = "Before and after",
            Subtitle = string.Join("; ", comparisons.Select(c => $"from {c.From.ModelName} to {c.To.ModelName}").Distinct(StringComparer.Ordinal)),
            Lead = ["The same requests, asked of both models; every figure is paired by request. What a judge finds is told beside how often it errs against people, where that was measured."],
            Chapters = chapters,
            Provenance = new Provenance(command, [], [.. comparisons.SelectMany(c => new[] { c.From, c.To }).DistinctBy(r => r.LogHash).Select(r => ($"Log of {r.Task.Name}, {r.ModelName}", r.LogHash))]),
        };
    }

    private static async Task<ReportChapter> ChapterAsync(ResultComparison comparison, IReadOnlyList<IJudge> judges, IReadOnlyList<ValidationFile> validations, int pairs, CancellationToken cancellation)
    {
        var (before, after) = (Read(comparison.From), Read(comparison.To));
        foreach (var id in before.Keys.Except(after.Keys).ToArray()) before.Remove(id);
        foreach (var id in after.Keys.Except(before.Keys).ToArray()) after.Remove(id);
        var own = comparison.From.Head?.Scorer ?? "";
        var opinions = new List<SecondOpinion>();
        foreach (var judge in judges) opinions.Add(await SecondOpinion.OfAsync(judge, before, after, own, cancellation).ConfigureAwait(false));
        var chosen = Chosen(before, after, opinions, pairs);
        return new ReportChapter(comparison.To.Task.Title)
        {
            Prose = [.. comparison.Warnings.Select(w => $"{w}: the difference is not the model's alone."), .. KnownErrors.Of(own, validations) is { } known && opinions.TrueForAll(o => !o.IsOwn) ? new[] { Errors(own, known) } : []],
            Tables = [Figures(comparison), .. opinions.Count > 0 ? new[] { Judges(opinions, validations, before.Count) } : []],
            TranscriptsNote = string.Create(CultureInfo.InvariantCulture, $"{chosen.Count} of {before.Count} requests, chosen by rule: first those of which a verdict changed, in the order of their numbers, up to half; then those of which none did."),
            Transcripts = [.. chosen.Select(id => new TranscriptPair(
                after[id].Sample.Problem.Prompt, after[id].Sample.Problem.Answer,
                Shown($"before: {comparison.From.ModelName}", before[id], opinions, isAfter: false), Shown($"after: {comparison.To.ModelName}", after[id], opinions, isAfter: true)))],
        };
    }

    /// <summary>The judges' findings and errors.</summary>
    private static ReportTable Judges(IReadOnlyList<SecondOpinion> opinions, IReadOnlyList<ValidationFile> validations, int requests) => new(
        "What each judge finds, and how often it errs", JudgeColumns,
        [.. opinions.Select(o =>
        {
            var known = KnownErrors.Of(o.Judge.Identity, validations);
            return (IReadOnlyList<ReportCell>)
            [
                ReportCell.Of($"{o.Judge.Name}{(o.IsOwn ? ", the logs' own" : "")}: {o.Judge.Target.Finds}"), ReportCell.Of(o.Before, NumberStyle.Share), ReportCell.Of(o.After, NumberStyle.Share), ReportCell.Of(o.Difference, NumberStyle.Share),
                known is null ? ReportCell.Of("not known") : ReportCell.Of(known.Confusion.Sensitivity, NumberStyle.Share), known is null ? ReportCell.Of("not known") : ReportCell.Of(known.Confusion.Specificity, NumberStyle.Share),
            ];
        })],
        string.Create(CultureInfo.InvariantCulture, $"Shares of the {requests} requests that the judge decided of both models. {string.Join(" ", opinions.Select(o => Source(o.Judge, validations)))} {Agreement(opinions)}").TrimEnd());

    private static string Source(IJudge judge, IReadOnlyList<ValidationFile> validations) => KnownErrors.Of(judge.Identity, validations) is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"{judge.Name} ({judge.Identity}) was held against people's labels of {known.Confusion.Positives + known.Confusion.Negatives} answers to {known.Confusion.Clusters.Count} prompts: {known.Source}.")
        : $"How often {judge.Name} ({judge.Identity}) errs is not known: deliberate judge validate measures it.";

    private static string Agreement(IReadOnlyList<SecondOpinion> opinions)
    {
        if (opinions is not [var first, _, ..]) return "";
        return string.Join(" ", opinions.Skip(1).Where(o => o.Judge.Target.Finds == first.Judge.Target.Finds).Select(o =>
        {
            var both = o.Said.Where(s => s.Value.Found is not null && first.Said[s.Key].Found is not null).ToArray();
            return string.Create(CultureInfo.InvariantCulture, $"{o.Judge.Name} and {first.Judge.Name} say the same of {both.Count(s => s.Value.Found == first.Said[s.Key].Found)} of the {both.Length} answers that both decided.");
        }));
    }

    private static string Errors(string judge, KnownErrors known) =>
        $"Judged by {judge}: sensitivity {known.Confusion.Sensitivity.WithRange(NumberStyle.Share)}, specificity {known.Confusion.Specificity.WithRange(NumberStyle.Share)} ({known.Source}).";

    private static ReportTable Figures(ResultComparison comparison) => new(
        "The same requests", ["measure", "before", "after", "after less before", "n"],
        [.. comparison.Metrics.Select(m => (IReadOnlyList<ReportCell>)[ReportCell.Of(m.Metric.Title), ReportCell.Of(m.From, Style(m.Metric)), ReportCell.Of(m.To, Style(m.Metric)), ReportCell.Of(m.Difference, Style(m.Metric)), ReportCell.Of(m.Difference.N)])]);

    private static NumberStyle Style(TaskMetric metric) => metric.IsShare || metric.IsSmall ? NumberStyle.Share : NumberStyle.Tenths;

    /// <summary>Ids to show: those of which the logs' or a judge's verdict changed, up to half, then the others.</summary>
    private static List<string> Chosen(Dictionary<string, EvaluatedSample> before, Dictionary<string, EvaluatedSample> after, List<SecondOpinion> opinions, int most)
    {
        string[] ordered = [.. before.Keys.OrderBy(id => id.Length).ThenBy(id => id, StringComparer.Ordinal)];
        string[] changed = [.. ordered.Where(id => before[id].Verdict.Outcome != after[id].Verdict.Outcome || opinions.Exists(o => o.Said[(id, false)].Found != o.Said[(id, true)].Found))];
        string[] same = [.. ordered.Except(changed, StringComparer.Ordinal)];
        var first = Math.Max((most + 1) / 2, most - same.Length);
        return [.. changed.Take(first), .. same.Take(most - Math.Min(first, changed.Length))];
    }

    private static Transcript Shown(string label, EvaluatedSample sample, List<SecondOpinion> opinions, bool isAfter)
    {
        var shown = Transcript.Of(label, new ScoredSample(sample.Sample, sample.Verdict)) with { Reason = sample.Verdict.Reason };
        // What the logs' own judge says stands beside the answer already.
        return opinions.Count == 0 ? shown : shown with
        {
            Scores = [.. opinions.Where(o => !o.IsOwn).Select(o => (o.Judge, Said: o.Said[(sample.Sample.Id, isAfter)])).Where(o => o.Said.Found is not null).Select(o => new Score($"{o.Judge.Target.Finds}, by {o.Judge.Name}", o.Said.Found == true ? 1 : 0, o.Said.Why))],
        };
    }

    private static Dictionary<string, EvaluatedSample> Read(EvaluationResult result)
    {
        using var log = EvaluationLogFile.Open(result.Log);
        return log.Samples().ToDictionary(s => s.Sample.Id, StringComparer.Ordinal);
    }
}
