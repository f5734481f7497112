using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>
/// What a quick gate asks: every test with the minimum n and the attempts of its policy, the cheapest first, and answers that are cut short.
/// A test that is not asked, or not to its end, is named: quick never means that less is enough to rule a level out.
/// </summary>
internal static class QuickPlan
{
    public static IReadOnlyList<QuickTest> Of(PolicyFile file, GateModels models, int maxTokens, bool hasData)
    {
        var all = new List<QuickTest>();
        foreach (var group in file.Policy.Tests.SelectMany(t => t.States.Order().Select(s => (Test: t, State: s))).Where(p => p.Test.Measure.External is null).GroupBy(p => (Task: p.Test.Measure.TaskFile is null ? p.Test.Measure.Task! : file.TaskFileOf(p.Test.Measure), p.State)))
        {
            PolicyTest[] tests = [.. group.Select(p => p.Test)];
            string[] ids = [.. tests.Select(t => t.Id)];
            if (GatePlan.TaskOf(file, tests[0]) is not { } task)
            {
                all.Add(new QuickTest(group.Key.Task, group.Key.State, ids, 0, 0, 0, 0, "the task is not built"));
                continue;
            }

            int? limit = tests.Any(t => GatePlan.IsWhole(task, t)) ? null : tests.Max(t => t.MinN);
            var attempts = tests.Max(t => Math.Max(t.Elicitation.Attempts, Math.Max(t.Measure.Attempts, task.Defaults.Epochs)));
            var most = tests.Max(t => t.Elicitation.TokenBudget) ?? Math.Min(maxTokens, task.Defaults.MaxTokens ?? maxTokens);
            var why = models.In(group.Key.State) is null ? "no model of before the mitigations was named: --pre MODEL"
                : tests.Any(t => t.Judge is not null) ? "it needs a judge, and its validation"
                : task.Source is { } source && !hasData ? $"it reads {source.Name}: --data FOLDER"
                : "";
            all.Add(new QuickTest(group.Key.Task, group.Key.State, ids, limit, attempts, most, (long)(limit ?? tests.Max(t => t.MinN)) * attempts * most * GatePlan.AnswersOf(task), why));
        }

        return [.. all.OrderBy(t => t.Why.Length > 0).ThenBy(t => t.Tokens)];
    }
}

/// <summary>Asks them within a time, each going on where it was stopped before.</summary>
/// <param name="models">Opens models by name.</param>
/// <param name="http">For tasks that read fetched data.</param>
/// <param name="time">What time it is.</param>
internal sealed class QuickRun(EvaluationModels models, ProviderHandlers? http, TimeProvider time)
{
    /// <summary>What becomes of a test that was asked to its end.</summary>
    public const string Asked = "asked";

    /// <summary>Runs what can be run; says of each test what became of it.</summary>
    /// <param name="plan">In its order.</param>
    /// <param name="nameOf">The model of a state.</param>
    /// <param name="folder">Each test has a folder below it, which the gate reads as evidence.</param>
    /// <param name="within">For all of them.</param>
    /// <param name="data">Folder of public data; null for none.</param>
    /// <param name="observe">Makes who watches.</param>
    /// <param name="cancellation">Stops it; what is done is gone on with.</param>
    public async Task<IReadOnlyList<(QuickTest Test, string Became)>> RunAsync(IReadOnlyList<QuickTest> plan, Func<ModelState, string> nameOf, string folder, TimeSpan within, string? data, Func<EvaluationTask, string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var became = new List<(QuickTest, string)>();
        long tokens = 0;
        foreach (var test in plan)
        {
            var spent = time.GetElapsedTime(began);
            if (test.Why.Length > 0)
            {
                became.Add((test, test.Why));
                continue;
            }

            // By the tokens that the tests so far took in the time: what cannot come to its end is not begun.
            var seconds = tokens == 0 ? 0 : test.Tokens * spent.TotalSeconds / tokens;
            if (spent >= within || (spent + TimeSpan.FromSeconds(seconds)) > within * 1.5)
            {
                became.Add((test, string.Create(CultureInfo.InvariantCulture, $"not asked: at most {Quantity.Count(test.Tokens)} tokens{(tokens == 0 ? "" : $", some {Quantity.Duration(TimeSpan.FromSeconds(seconds))} here")}")));
                continue;
            }

            became.Add((test, await AskAsync(test, nameOf(test.State), Path.Combine(folder, test.Folder), within - spent, data, observe, cancellation).ConfigureAwait(false)));
            tokens += test.Tokens;
        }

        return became;
    }

    private async Task<string> AskAsync(QuickTest test, string model, string folder, TimeSpan left, string? data, Func<EvaluationTask, string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        using var over = new CancellationTokenSource(left, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        try
        {
            await new EvaluationSet(test.Request(model) with { DataFolder = data }, folder, models, http).RunAsync(observe, _ => { }, both.Token).ConfigureAwait(false);
            return Asked;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return "not asked to its end: the time was over; the same command goes on with it";
        }
        catch (UserError error)
        {
            return $"cannot be asked here: {error.Problem}";
        }
    }
}
