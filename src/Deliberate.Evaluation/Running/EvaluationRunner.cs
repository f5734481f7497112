using System.Reflection;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Runs a task on a model: items in their order, each sample asked, judged and logged before it counts. A sample that the log has is
/// not asked again, so that a run which was killed at any moment goes on where it was.
/// </summary>
internal sealed class EvaluationRunner(EvaluationTask requested, EvaluationModel model, RunSettings settings, TaskContext context, EvaluationObserver observer)
{
    private readonly EvaluationTask _task = requested.In(context);
    private readonly int _epochs = settings.Epochs ?? requested.Defaults.Epochs;
    private readonly SearchSetting? _search = settings.Search is { } search ? SearchSetting.Parse(search, "--search") : null;
    private readonly int? _limit = settings.Limit ?? requested.Defaults.Limit;
    private readonly Lock _telling = new();
    private readonly SortedDictionary<string, UsedData> _data = new(StringComparer.Ordinal);
    private readonly ModelOptions _options = new()
    {
        MaxTokens = settings.MaxTokens ?? requested.Defaults.MaxTokens,
        Temperature = settings.Temperature ?? requested.Defaults.Temperature,
        ReasoningEffort = settings.ReasoningEffort,
        Seed = settings.Seed,
    };

    /// <summary>What stands in every log: the program's name and version.</summary>
    public static string Program { get; } = $"deliberate {typeof(EvaluationRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown"}";

    /// <param name="path">Of the log, which is gone on with where it is there; null to keep none.</param>
    /// <param name="cancellation">Stops it; what is in the log stays.</param>
    public async Task<EvaluationResult> RunAsync(string? path, CancellationToken cancellation)
    {
        if (settings.CostLimit is not null && !model.HasPrice) throw new UserError($"what {model.Name} costs is not known.", field: "--cost-limit", advice: "Give its prices in deliberate.yaml (providers.NAME.prices), or limit tokens.");
        if (_options.Temperature == 0 && _epochs > 1) throw new UserError("at temperature 0 all samples of an item are the same.", field: "--epochs", advice: "Use --epochs 1, or a temperature above 0.");
        foreach (var search in Searches()) model.PrepareSearch(search);
        if (_task.MeasuresLikelihood)
        {
            _ = model.Likelihoods;
            if (model.Connection is CheckpointConnection { Thinks: true }) observer.Notice($"{model.Name} was made to think before it answers; its likelihoods are of answers without a thought.");
        }

        var told = context with { Limit = _limit, Used = Keep };
        EvaluationItem?[] items = await LoadAsync(_task, told, cancellation).ConfigureAwait(false);
        var scorer = _task.Scorer(told);
        var corrected = _task.Corrected(told, scorer);
        try
        {
            var head = HeadOf(items!, scorer);
            var finished = new Dictionary<string, SampleResult>(StringComparer.Ordinal);
            using var log = path is null ? null : EvaluationLog.Open(path, head, out finished);
            var results = new SampleResult?[items.Length * _epochs];
            for (var i = 0; i < results.Length && finished.Count > 0; i++)
            {
                var id = FormattableString.Invariant($"{items[i / _epochs]!.ToProblem(_task).Id}/{i % _epochs}");
                if (finished.TryGetValue(id, out var known) && !(settings.RetryErrors && known.IsError)) results[i] = known;
            }

            observer.Begin(results.Length, results.Count(r => r is not null));
            await AskAllAsync(items, results, scorer, log, cancellation).ConfigureAwait(false);
            var result = ResultOf(items, results, head, corrected);
            if (log is { IsFinished: false }) log.Finish(result);
            return result with { Log = path ?? "", LogHash = log?.Hash ?? "" };
        }
        finally
        {
            (scorer as IDisposable)?.Dispose();
        }
    }

    private IEnumerable<SearchSetting> Searches() => (_task.Solver is SolverChain chain ? chain.Parts : [_task.Solver]).OfType<SearchSolver>().Select(s => s.Setting).Concat(_search is { } asked ? [asked] : []);

    private void Keep(UsedData data)
    {
        context.Used(data);
        lock (_telling) _data[data.File] = data;
    }

    /// <summary>A task's items, as many as the context's limit has it, each checked.</summary>
    /// <exception cref="UserError">There are none, data is missing, or a line of it is wrong.</exception>
    internal static async Task<EvaluationItem[]> LoadAsync(EvaluationTask task, TaskContext told, CancellationToken cancellation)
    {
        List<EvaluationItem> items = [];
        var ids = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var item in task.Items(told, cancellation).ConfigureAwait(false))
        {
            if (items.Count >= told.Limit) break;
            item.Check(task);
            if (!ids.Add(item.Id)) throw new UserError($"two items have the id \"{item.Id}\".", field: task.Name, advice: "Ids name items in logs and comparisons: give each its own.");
            items.Add(item);
        }

        return items.Count > 0 ? [.. items] : throw new UserError("the task has no items.", field: task.Name);
    }

    /// <summary>Items are let go of once all their samples are there: a long run holds its results, not its questions.</summary>
    private async Task AskAllAsync(EvaluationItem?[] items, SampleResult?[] results, IScorer scorer, EvaluationLog? log, CancellationToken cancellation)
    {
        await using var scoring = new ScoringQueue(scorer);
        var asker = new SampleAsker(_task, model, _options, settings, _search, scoring);
        var left = new int[items.Length];
        for (var i = 0; i < results.Length; i++) left[i / _epochs] += results[i] is null ? 1 : 0;
        var before = model.Spent.Cost;
        var spent = results.Sum(r => r?.Usage.Cost ?? 0);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency ?? model.Concurrency, CancellationToken = cancellation };
        await Parallel.ForAsync(0, results.Length, parallel, async (i, token) =>
        {
            if (results[i] is not null || spent + model.Spent.Cost - before >= settings.CostLimit) return;
            var sample = await asker.AskAsync(items[i / _epochs]!, i % _epochs, token).ConfigureAwait(false);
            log?.Append(sample);
            results[i] = sample.ToResult();
            if (Interlocked.Decrement(ref left[i / _epochs]) == 0) items[i / _epochs] = null;
            lock (_telling) observer.Done(sample);
        }).ConfigureAwait(false);
    }

    private LogHead HeadOf(EvaluationItem[] items, IScorer scorer) => new()
    {
        Task = _task.Name,
        Version = _task.Version,
        Title = _task.Title,
        Solver = _search is null ? _task.Solver.Name : $"{_task.Solver.Name} by {_search.Name}",
        Scorer = (scorer as IIdentified)?.Identity ?? scorer.Name,
        Items = items.Length,
        ItemsHash = ItemsHash.Of(items),
        Source = _task.Source,
        Data = [.. _data.Values],
        Model = model.Description,
        Judge = context.Judge?.Description,
        Epochs = _epochs,
        Limit = _limit,
        MaxTokens = _options.MaxTokens,
        Temperature = _options.Temperature,
        ReasoningEffort = _options.ReasoningEffort ?? "",
        Seed = settings.Seed,
        Program = Program,
    };

    private EvaluationResult ResultOf(EvaluationItem?[] items, SampleResult?[] results, LogHead head, IReadOnlyList<TaskMetric> corrected)
    {
        SampleResult[] done = [.. results.OfType<SampleResult>()];
        // What was not asked is missing too: bounds know of it.
        var all = done.Length == results.Length ? done : [.. results.Select((r, i) => r ?? NotAsked(items[i / _epochs]!, i % _epochs))];
        return new EvaluationResult
        {
            Task = _task,
            Model = model.Description,
            ModelName = model.Name,
            Head = head,
            Samples = done,
            Planned = results.Length,
            Metrics = [.. _task.Metrics.Select(m => corrected.FirstOrDefault(c => c.Name == m.Name) ?? m).Where(m => m.Epochs <= _epochs).SelectMany(m => m.Measure(all))],
            MaxTokens = _options.MaxTokens,
            AllowedMissing = settings.AllowedMissing,
            Usage = done.Aggregate(default(ModelUsage), (sum, s) => sum + s.Usage),
        };
    }

    private SampleResult NotAsked(EvaluationItem item, int epoch) => new() { Item = item.ToProblem(_task).Id, Epoch = epoch, Cluster = item.Cluster, Tags = item.Tags, Outcome = SampleOutcome.HarnessError };
}
