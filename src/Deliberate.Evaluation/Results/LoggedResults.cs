using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Results measured anew from logs, by the metrics that their tasks have now.</summary>
internal static class LoggedResults
{
    /// <param name="path">A folder of an evaluation, or one log.</param>
    /// <param name="results">Takes them.</param>
    /// <returns>What was changed of a log after its result was made; null where nothing was.</returns>
    /// <exception cref="UserError">There is no such evaluation.</exception>
    public static string? Read(string path, List<EvaluationResult> results)
    {
        if (!Directory.Exists(path))
        {
            if (Damage(path) is { } damage) return damage;
            results.Add(ReadLog(path, null));
            return null;
        }

        foreach (var (_, model, log, hash) in EvaluationFolder.ReadLogs(path))
        {
            if (!File.Exists(log)) continue;
            if (Damage(log) is { } damage) return damage;
            var result = ReadLog(log, model);
            if (hash is not null && hash != result.LogHash) return $"{log}: this is not the log that the result was made from: its hash is {result.LogHash}, not {hash}.";
            results.Add(result);
        }

        return null;
    }

    /// <summary>What is wrong with a log's bytes, in words; null where nothing is.</summary>
    public static string? Damage(string log) => LogCheck.Of(log).Damage is { } damage ? $"{log}: {damage.Problem} deliberate log verify says more, deliberate log repair keeps what is whole." : null;

    private static EvaluationResult ReadLog(string path, string? model)
    {
        using var log = EvaluationLogFile.Open(path);
        SampleResult[] samples = [.. log.Samples().Select(s => s.ToResult())];
        var task = TaskOf(log.Head);
        return new EvaluationResult
        {
            Task = task,
            Model = log.Head.Model,
            ModelName = model ?? log.Head.Model.Name,
            Head = log.Head,
            Samples = samples,
            Planned = Math.Max(samples.Length, log.Head.Items * log.Head.Epochs),
            Metrics = [.. task.Metrics.Where(m => m.Epochs <= log.Head.Epochs).SelectMany(m => m.Measure(samples))],
            MaxTokens = log.Head.MaxTokens,
            Log = path,
            LogHash = log.Hash,
        };
    }

    /// <summary>The task of that name; of a file that is not at hand, one that measures what every task has.</summary>
    private static EvaluationTask TaskOf(LogHead head) => Known(head.Task) ?? new EvaluationTask
    {
        Name = head.Task,
        Version = head.Version,
        Title = head.Title,
        Items = (_, _) => AsyncEnumerable.Empty<EvaluationItem>(),
        Scorer = _ => throw new InvalidOperationException("A log is not judged again here."),
        Metrics = [TaskMetric.Accuracy, TaskMetric.AccuracyFinished],
    };

    private static EvaluationTask? Known(string name)
    {
        try
        {
            return EvaluationTasks.Get(name);
        }
        catch (UserError)
        {
            return null;
        }
    }
}
