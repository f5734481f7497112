using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// The answers of a log, judged by another judge: nothing is sampled again, the old log stays as it is, and the new one holds the same
/// answers with the new verdicts and the new judge in its head. What has no answer to judge (held back, cut while thinking, the harness's own
/// error) keeps its outcome. Stopped or killed, it goes on where it was.
/// </summary>
internal static class Regrading
{
    /// <param name="log">Of the evaluation.</param>
    /// <param name="path">Of the new log.</param>
    /// <param name="judge">Who judges.</param>
    /// <param name="model">The judging model; null of a judge that needs none.</param>
    /// <param name="metrics">What is measured.</param>
    /// <param name="progress">Told of each answer that is judged.</param>
    public static async Task<EvaluationResult> RunAsync(
        EvaluationLogFile log, string path, IJudge judge, EvaluationModel? model, IReadOnlyList<TaskMetric> metrics, IProgress<int>? progress, CancellationToken cancellation)
    {
        var head = log.Head with { Scorer = judge.Identity, Judge = model?.Description };
        using var kept = EvaluationLog.Open(path, head, out var finished);
        List<SampleResult> results = [];
        var atOnce = Math.Max(1, model?.Concurrency ?? Environment.ProcessorCount);
        foreach (var chunk in log.Samples().Chunk(atOnce * 4))
        {
            var judged = new EvaluatedSample?[chunk.Length];
            await Parallel.ForAsync(0, chunk.Length, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation }, async (i, token) =>
            {
                if (finished.ContainsKey(chunk[i].Sample.Id)) return;
                judged[i] = await JudgeAsync(chunk[i], judge, token).ConfigureAwait(false);
            }).ConfigureAwait(false);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (judged[i] is { } one) kept.Append(one);
                results.Add(judged[i]?.ToResult() ?? finished[chunk[i].Sample.Id]);
                progress?.Report(1);
            }
        }

        var task = new EvaluationTask
        {
            Name = head.Task,
            Version = head.Version,
            Title = $"{head.Title}, judged by {judge.Name}",
            Items = (_, _) => throw new InvalidOperationException("Answers that are judged anew are not asked again."),
            Scorer = _ => judge,
            Metrics = metrics,
        };
        var result = new EvaluationResult
        {
            Task = task,
            Model = head.Model,
            ModelName = head.Model.Name,
            Head = head,
            Samples = results,
            Planned = results.Count,
            Metrics = [.. metrics.SelectMany(m => m.Measure(results))],
            MaxTokens = head.MaxTokens,
        };
        if (!kept.IsFinished) kept.Finish(result);
        return result with { Log = path, LogHash = kept.Hash };
    }

    /// <summary>How far judges of one kind of finding agree, and with the log's own judge where it scored the same; nothing with one alone.</summary>
    /// <param name="log">The log that was judged anew.</param>
    /// <param name="judged">The judges and their results.</param>
    public static IReadOnlyList<StatisticRow> Agreement(EvaluationLogFile log, IReadOnlyList<(IJudge Judge, EvaluationResult Result)> judged, ulong seed)
    {
        var logged = log.Samples().Select(s => s.ToResult()).ToList();
        List<StatisticRow> rows = [];
        foreach (var alike in judged.GroupBy(j => j.Judge.Target.Finds))
        {
            List<(string Name, double[] Found)> raters = [.. alike.Select(j => (j.Judge.Name, Findings(j.Result.Samples, j.Judge.Target.Score)))];
            foreach (var score in alike.Select(j => j.Judge.Target.Score).Distinct())
            {
                var own = Findings(logged, score);
                if (own.Any(f => !double.IsNaN(f))) raters.Insert(0, ($"as logged, {score}", own));
            }

            if (raters.Count > 1) rows.AddRange(AgreementTable.Of([.. raters.Select(r => r.Name)], [.. raters.Select(r => r.Found)], RatingScale.Nominal, seed));
        }

        return rows;
    }

    private static double[] Findings(IReadOnlyList<SampleResult> samples, string score) => [.. samples.Select(s => s.Scores.TryGetValue(score, out var value) ? (value >= 0.5 ? 1.0 : 0) : double.NaN)];

    private static async Task<EvaluatedSample> JudgeAsync(EvaluatedSample sample, IJudge judge, CancellationToken cancellation)
    {
        if (sample.Verdict.Outcome is SampleOutcome.ProviderBlocked or SampleOutcome.CutWhileThinking || (sample.Verdict.Outcome == SampleOutcome.HarnessError && sample.Sample.Completion.Length == 0)) return sample;
        Verdict verdict;
        try
        {
            verdict = (await judge.ScoreAsync([sample.Sample], cancellation).ConfigureAwait(false))[0];
        }
        catch (Exception error) when (error is not (OperationCanceledException or UserError))
        {
            verdict = Verdict.Of(SampleOutcome.JudgeError, 0, Secrets.Redact(error.Message));
        }

        return sample with { Verdict = verdict };
    }
}
