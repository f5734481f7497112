using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>Asks the successes of a file again, of each model: a log a model in a folder, which is gone on with.</summary>
internal sealed class AttackReplay(string file, IReadOnlyList<string> models, string? judgeName, string rubric, RunSettings settings, IReadOnlyList<string> requirements)
{
    public IReadOnlyList<RegressionCase> Cases { get; } = RegressionCase.Read(file);

    public async Task<EvaluationReport> RunAsync(string folder, EvaluationModels opener, Func<string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        Requirement[] wanted = [.. requirements.Select(Requirement.Parse)];
        string[] sets = [.. Cases.Select(c => c.Goals).Distinct(StringComparer.Ordinal)];
        if (sets.Length > 1) throw new UserError($"The cases are of several sets of goals ({string.Join(", ", sets)}), which are judged apart.", file, advice: "Keep a file for each.");
        await AttackModels.CheckAsync(opener, [.. models, judgeName], cancellation).ConfigureAwait(false);
        await using var judging = judgeName is null ? null : AttackModels.Open(opener, judgeName);
        using var judge = AttackJudge.Of(sets[0], judging, rubric);
        var task = ReplayTask.Of(Cases, judge);
        foreach (var requirement in wanted) requirement.Check([task]);
        var request = new EvaluationRequest { Tasks = [task.Name], Models = models, Judge = judgeName, Settings = settings, Requirements = requirements, Arguments = new Dictionary<string, string> { ["cases"] = file } };
        var evaluation = EvaluationFolder.Begin(folder, request, [task]);
        var results = new List<EvaluationResult>();
        foreach (var name in models)
        {
            await using var model = opener.Open(name);
            var result = await new EvaluationRunner(task, model, settings, new TaskContext { Seed = settings.Seed }, observe(name)).RunAsync(evaluation.LogOf(task.Name, name), cancellation).ConfigureAwait(false);
            evaluation.Keep(result);
            results.Add(result);
        }

        var report = new EvaluationReport(folder, results, [], [.. wanted.SelectMany(r => results.Select(r.Of))]);
        evaluation.Finish(report);
        return report;
    }

    /// <summary>Whether a case works on any of the models.</summary>
    public static Func<RegressionCase, bool> Working(EvaluationReport report)
    {
        var works = report.Results.SelectMany(r => r.Samples).Where(s => s.Outcome == SampleOutcome.Fail).Select(s => s.Item[(s.Item.IndexOf('/', StringComparison.Ordinal) + 1)..]).ToHashSet(StringComparer.Ordinal);
        return one => works.Contains(one.Id);
    }
}
