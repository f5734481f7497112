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
            var why = models.In(group.Key.State) is null ? $"{GateModels.Missing(group.Key.State).Why}: {GateModels.Missing(group.Key.State).Settle}"
                : tests.Any(t => t.Elicitation.FineTuned) ? "it is measured after training on the task: deliberate gate elicit --fine-tune"
                : tests.Any(t => t.Judge is not null) ? "it needs a judge, and its validation"
                : task.Source is { } source && !hasData ? $"it reads {source.Name}: --data FOLDER"
                : "";
            all.Add(new QuickTest(group.Key.Task, group.Key.State, ids, limit, attempts, most, (long)(limit ?? tests.Max(t => t.MinN)) * attempts * most * GatePlan.AnswersOf(task), why));
        }

        return [.. all.OrderBy(t => t.Why.Length > 0).ThenBy(t => t.Tokens)];
    }
}
