using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Runs a task on a model: items in their order, each sample asked, judged and logged before it counts. A sample that the log has is
/// not asked again; one that fails for a reason that is not the model's ends as such, and never as an answer.
/// </summary>
internal sealed class EvaluationRunner(EvaluationTask task, EvaluationModel model, RunSettings settings, TaskContext context)
{
    private readonly int _epochs = settings.Epochs ?? task.Defaults.Epochs;
    private readonly ModelOptions _options = new()
    {
        MaxTokens = settings.MaxTokens ?? task.Defaults.MaxTokens,
        Temperature = settings.Temperature ?? task.Defaults.Temperature,
        ReasoningEffort = settings.ReasoningEffort,
        Seed = settings.Seed,
    };

    /// <param name="log">Where samples are kept; gone on with where it is there.</param>
    /// <param name="progress">Told of each sample that is done.</param>
    public async Task<EvaluationResult> RunAsync(EvaluationLog log, IProgress<EvaluatedSample>? progress, CancellationToken cancellation)
    {
        List<EvaluationItem> items = [];
        await foreach (var item in task.Items(context with { Limit = settings.Limit }, cancellation).ConfigureAwait(false))
        {
            if (items.Count >= settings.Limit) break;
            item.Check(task);
            items.Add(item);
        }

        var scorer = task.Scorer(context);
        try
        {
            var results = new SampleResult?[items.Count * _epochs];
            await Parallel.ForAsync(0, results.Length, new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency ?? model.Concurrency, CancellationToken = cancellation }, async (i, token) =>
            {
                var item = items[i / _epochs];
                var sample = await OneAsync(item, i % _epochs, scorer, token).ConfigureAwait(false);
                log.Append(sample);
                results[i] = sample.ToResult();
                progress?.Report(sample);
            }).ConfigureAwait(false);
            SampleResult[] done = [.. results.OfType<SampleResult>()];
            return new EvaluationResult
            {
                Task = task,
                Model = model.Description,
                Samples = done,
                Planned = results.Length,
                Metrics = [.. task.Metrics.Where(m => m.Epochs <= _epochs).SelectMany(m => m.Measure(done))],
                MaxTokens = _options.MaxTokens,
                Usage = done.Aggregate(default(ModelUsage), (sum, s) => sum + s.Usage),
            };
        }
        finally
        {
            (scorer as IDisposable)?.Dispose();
        }
    }

    private async Task<EvaluatedSample> OneAsync(EvaluationItem item, int epoch, IScorer scorer, CancellationToken cancellation)
    {
        var asking = new SolverContext(item, epoch, model, _options);
        var began = Stopwatch.GetTimestamp();
        Sample? sample = null;
        Verdict verdict;
        double asked = 0;
        try
        {
            await task.Solver.SolveAsync(asking, cancellation).ConfigureAwait(false);
            asked = Stopwatch.GetElapsedTime(began).TotalSeconds;
            sample = SampleOf(item, epoch, asking);
            verdict = asking.Answer is not { } answer ? Verdict.HarnessError($"the solver {task.Solver.Name} left no answer")
                : answer.IsBlocked ? Verdict.Of(SampleOutcome.ProviderBlocked, 0, "the provider's filter held the answer back")
                : sample.IsUnfinished && sample.Truncated ? Verdict.Unfinished(truncated: true)
                : (await scorer.ScoreAsync([sample], cancellation).ConfigureAwait(false))[0];
        }
        catch (Exception error) when (error is not (OperationCanceledException or UserError))
        {
            verdict = Verdict.HarnessError(Secrets.Redact(error.Message));
        }

        return new EvaluatedSample(sample ?? SampleOf(item, epoch, asking), verdict)
        {
            Cluster = item.Cluster,
            Tags = item.Tags,
            FinishReason = asking.Answer?.FinishReason ?? "",
            Usage = asking.Usage,
            Timing = new SampleTiming(asked, Stopwatch.GetElapsedTime(began).TotalSeconds - asked),
        };
    }

    private Sample SampleOf(EvaluationItem item, int epoch, SolverContext asking)
    {
        var answer = asking.Answer;
        var (completion, opened, isCut) = (answer?.Completion ?? "", answer?.ThoughtOpenedBy ?? "", answer?.IsCut ?? false);
        return new Sample
        {
            Problem = item.ToProblem(task),
            Attempt = epoch,
            Messages = asking.Asked.Count > 0 ? asking.Asked : item.Messages,
            Completion = completion,
            Answer = task.ReadAnswer is { } read ? read(completion, isCut, opened) : AnswerExtraction.Extract(completion, task.Answers, isCut, opened),
            Truncated = isCut,
            ThoughtOpenedBy = opened,
            CompletionTokens = (int)(answer?.Usage.OutputTokens ?? 0),
            ThoughtTokens = (int?)answer?.Usage.ReasoningTokens,
        };
    }
}
