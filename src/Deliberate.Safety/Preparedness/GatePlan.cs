using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>What has to be run for a policy on a model, and what it takes.</summary>
/// <param name="Test">For which test.</param>
/// <param name="State">In which state.</param>
/// <param name="Command">What is typed; empty where nothing can be.</param>
/// <param name="Tokens">That answers take at most; null where nobody bounds them.</param>
/// <param name="Note">What it needs besides, or why it cannot be run.</param>
internal sealed record PlannedTest(PolicyTest Test, ModelState State, string Command, long? Tokens, string Note);

internal static class GatePlan
{
    /// <summary>Every test of the policy in every state, those first that something can be typed for.</summary>
    public static IReadOnlyList<PlannedTest> Of(PolicyFile file, GateModels models) =>
        [.. file.Policy.Tests.SelectMany(t => t.States.Order().Select(s => Plan(file, t, s, models))).OrderBy(p => p.Command.Length == 0)];

    /// <summary>The command that measures a test.</summary>
    public static string Command(PolicyFile file, PolicyTest test, string model)
    {
        var task = TaskOf(file, test);
        if (test.Elicitation.FineTuned) return ShellCommand.Of(["deliberate", "gate", "elicit", test.Measure.Task!, "--model", model, "--fine-tune", "--limit", test.MinN.ToString(CultureInfo.InvariantCulture), "--out", $"elicitation/{test.Id}"]);
        List<string> words = ["deliberate", "eval", test.Measure.TaskFile is null ? test.Measure.Task! : file.TaskFileOf(test.Measure), "--model", model];
        if (task is null || !IsWhole(task, test)) words.AddRange(["--limit", test.MinN.ToString(CultureInfo.InvariantCulture)]);
        var attempts = Math.Max(test.Elicitation.Attempts, test.Measure.Attempts);
        if (attempts > 1) words.AddRange(["--epochs", attempts.ToString(CultureInfo.InvariantCulture)]);
        if (test.Elicitation.TokenBudget is { } tokens) words.AddRange(["--max-tokens", tokens.ToString(CultureInfo.InvariantCulture)]);
        return ShellCommand.Of(words);
    }

    private static PlannedTest Plan(PolicyFile file, PolicyTest test, ModelState state, GateModels models)
    {
        if (models.In(state) is not { } model) return new PlannedTest(test, state, "", null, $"{GateModels.Missing(state).Why}: {GateModels.Missing(state).Settle}");
        if (test.Measure.External is { } study) return new PlannedTest(test, state, "", null, $"measured outside ({study}): deliberate approve attest {test.Id} signs its figure");
        if (test.Measure.NotBuilt) return new PlannedTest(test, state, "", null, $"the task {test.Measure.Task} is not built");
        var task = TaskOf(file, test)!;
        var attempts = Math.Max(test.Elicitation.Attempts, Math.Max(test.Measure.Attempts, task.Defaults.Epochs));
        var answers = AnswersOf(task);
        long? tokens = (test.Elicitation.TokenBudget ?? task.Defaults.MaxTokens) is { } budget ? (long)budget * test.MinN * attempts * answers : null;
        var note = string.Join("; ", ((string?[])[
            task.Source is { } source ? $"reads {source.Name}: --data FOLDER, or fetched at first use" : null,
            answers > 1 ? string.Create(CultureInfo.InvariantCulture, $"counted as {answers} answers a sample, of as many as it wants") : null,
            test.Judge is not null ? "a judge: --judge MODEL, and its validation" : null]).OfType<string>());
        return new PlannedTest(test, state, Command(file, test, model.Name), tokens, note);
    }

    /// <summary>The task of a test; null where it has none here.</summary>
    internal static EvaluationTask? TaskOf(PolicyFile file, PolicyTest test) =>
        test.Measure.NotBuilt || test.Measure.External is not null ? null : test.Measure.TaskFile is not null ? WrittenTasks.Read(file.TaskFileOf(test.Measure)) : EvaluationTasks.Get(test.Measure.Task!);

    /// <summary>Answers that a sample is counted as where a task goes on over several: games of turns, commands at a bench. A model may take more.</summary>
    internal static int AnswersOf(EvaluationTask task) => task.SolverFor is not null ? 8 : task.Solver is WorkbenchSolver ? 4 : 1;

    /// <summary>A slice, or a metric of some of the samples, needs more items than it counts: then all of them are asked.</summary>
    internal static bool IsWhole(EvaluationTask task, PolicyTest test) => test.Measure.Slice.Length > 0 || task.Metrics.Any(m => m.Name == test.Measure.Metric && m.Name is not ("accuracy" or "pass_at_1"));
}
