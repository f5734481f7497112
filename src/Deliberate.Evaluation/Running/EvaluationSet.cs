using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>What came of an evaluation.</summary>
/// <param name="Folder">With a log for each task and model, and <c>evaluation.json</c>.</param>
/// <param name="Results">In the order of tasks, then models.</param>
internal sealed record EvaluationReport(string Folder, IReadOnlyList<EvaluationResult> Results, IReadOnlyList<ResultComparison> Comparisons, IReadOnlyList<RequirementResult> Requirements);

/// <summary>
/// Tasks on models, each pair into a log of its own in one folder. Before anything is asked, everything that can be wrong is looked
/// for: names, requirements, data, keys, model names. A folder that is there is gone on with.
/// </summary>
/// <param name="request">What is wanted.</param>
/// <param name="folder">Where it is kept.</param>
/// <param name="models">Opens models by name.</param>
/// <param name="http">For tasks that fetch their data; null where nothing may be fetched.</param>
internal sealed class EvaluationSet(EvaluationRequest request, string folder, EvaluationModels models, ProviderHandlers? http)
{
    /// <param name="observe">Makes who watches a task on a model.</param>
    /// <param name="notice">Told what the user should know.</param>
    /// <param name="cancellation">Stops it; what is logged stays.</param>
    public async Task<EvaluationReport> RunAsync(Func<EvaluationTask, string, EvaluationObserver> observe, Action<string> notice, CancellationToken cancellation)
    {
        EvaluationTask[] tasks = [.. EvaluationTasks.Resolve(request.Tasks)];
        if (tasks.GroupBy(t => t.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice) throw new UserError($"The task {twice.Key} is named twice.", field: "TASK");
        foreach (var note in tasks.SelectMany(t => t.Notes)) notice(note);
        Requirement[] requirements = [.. request.Requirements.Concat(tasks.SelectMany(t => t.Requirements)).Distinct().Select(Requirement.Parse)];
        foreach (var requirement in requirements) requirement.Check(tasks);
        if (tasks.FirstOrDefault(t => t.MeasuresLikelihood) is { } likelihood)
        {
            if (request.Models.FirstOrDefault(m => !models.IsCheckpoint(m)) is { } other) throw EvaluationModel.NoLikelihoods(other, likelihood.Name);
            if (request.Settings.Search is not null) throw new UserError($"{likelihood.Name} measures how likely given texts are: there is nothing to search for.", field: "--search");
        }

        string[] named = [.. request.Models, .. request.Judge is { } asked ? [asked] : Array.Empty<string>()];
        await models.CheckAsync(named, cancellation).ConfigureAwait(false);
        await using var judge = request.Judge is { } name ? models.Open(name) : null;
        var context = new TaskContext { DataFolder = request.DataFolder, LockFile = request.LockFile, Seed = request.Settings.Seed, Arguments = request.Arguments, Judge = judge, Http = http, Notice = notice };
        var evaluation = EvaluationFolder.Begin(folder, request, tasks);
        try
        {
            // What the first task lacks is found when it begins; what the last one lacks should not be found an hour later.
            foreach (var task in tasks.Skip(1)) await CheckAsync(task, context, cancellation).ConfigureAwait(false);
            return await AskAsync(evaluation, tasks, requirements, context, observe, cancellation).ConfigureAwait(false);
        }
        catch (UserError)
        {
            evaluation.WithdrawIfNothingIsLogged();
            throw;
        }
    }

    /// <summary>Makes a task's items and its scorer, and lets go of them.</summary>
    /// <exception cref="UserError">Data or a judge is missing, or a line is wrong.</exception>
    private async Task CheckAsync(EvaluationTask task, TaskContext context, CancellationToken cancellation)
    {
        var quiet = context with { Notice = _ => { }, Limit = request.Settings.Limit ?? task.Defaults.Limit };
        await EvaluationRunner.LoadAsync(task, quiet, cancellation).ConfigureAwait(false);
        (task.Scorer(quiet) as IDisposable)?.Dispose();
    }

    private async Task<EvaluationReport> AskAsync(EvaluationFolder evaluation, EvaluationTask[] tasks, Requirement[] requirements, TaskContext context, Func<EvaluationTask, string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        var results = new EvaluationResult[tasks.Length, request.Models.Count];
        // A model after the other: a checkpoint need not share the memory with the next one.
        for (var m = 0; m < request.Models.Count; m++)
        {
            await using var model = models.Open(request.Models[m]);
            for (var t = 0; t < tasks.Length; t++)
            {
                var runner = new EvaluationRunner(tasks[t], model, request.Settings, context, observe(tasks[t], request.Models[m]));
                results[t, m] = await runner.RunAsync(evaluation.LogOf(tasks[t].Name, request.Models[m]), cancellation).ConfigureAwait(false);
                evaluation.Keep(results[t, m]);
            }
        }

        EvaluationResult[] all = [.. results.Cast<EvaluationResult>()];
        var report = new EvaluationReport(
            folder, all, request.Compares ? ResultComparison.Of(all) : [],
            [.. requirements.SelectMany(r => all.Where(result => result.Task.Name == r.Task).Select(r.Of))]);
        evaluation.Finish(report);
        return report;
    }
}
