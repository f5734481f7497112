using System.Text;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>The successes of a campaign's attacks, a line each; what asking plainly broke as the control is none of them: made smaller one by one, each kept as soon as it is, so that a campaign that is stopped goes on behind the last.</summary>
internal sealed class CaseFile(string path, AttackPlan plan, AttackJudge judge)
{
    public string Path => path;

    public async Task AddAsync(EvaluationResult result, IReadOnlyList<AttackGoal> goals, EvaluationModel model, Action<string> notice, CancellationToken cancellation)
    {
        if (!result.Samples.Any(s => AttackMetrics.IsAttack(s) && AttackMetrics.IsBroken(s))) return;
        Trim();
        var known = File.Exists(path) ? RegressionCase.Read(path).Select(c => c.Id).ToHashSet(StringComparer.Ordinal) : [];
        var byId = goals.ToDictionary(g => g.Id, StringComparer.Ordinal);
        var (temperature, tokens) = (plan.Settings.Temperature ?? result.Task.Defaults.Temperature, result.MaxTokens);
        var minimiser = new CaseMinimiser(model, judge, new ModelOptions { Temperature = temperature, MaxTokens = tokens, Seed = plan.Settings.Seed, ReasoningEffort = plan.Settings.ReasoningEffort }, plan.Settings.Seed, plan.Minimise);
        using var log = EvaluationLogFile.Open(result.Log);
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        // Cases may be asked at the same time; they are written in their order.
        var waiting = new Queue<Task<RegressionCase>>();
        foreach (var sample in log.Samples().Where(s => s.Verdict.Outcome == SampleOutcome.Fail && !s.Tags.ContainsKey(AttackTask.ControlTag)))
        {
            var attempts = AttackTrace.Read(sample.Verdict);
            if (attempts.FirstOrDefault(a => a.Outcome == AttackTrace.Word(AttemptOutcome.Success)) is not { IsReproducible: true } worked) continue;
            var whole = new RegressionCase
            {
                Id = $"{sample.Tags[AttackTask.GoalTag]}+{sample.Tags[AttackTask.AttackTag]}@{result.ModelName}",
                Goal = byId[sample.Tags[AttackTask.GoalTag]],
                Goals = plan.Goals,
                Attack = sample.Tags[AttackTask.AttackTag],
                Messages = sample.Sample.Messages,
                Chain = worked.Chain,
                Model = result.ModelName,
                ModelHash = result.Model.Hash ?? "",
                Judge = judge.Identity,
                Temperature = temperature,
                MaxTokens = tokens,
            };
            if (known.Contains(whole.Id)) continue;
            waiting.Enqueue(plan.Minimise > 0 ? minimiser.MinimiseAsync(whole, worked.Chain, worked.Variant, cancellation) : Task.FromResult(whole));
            while (waiting.Count >= model.Concurrency) Append(file, await waiting.Dequeue().ConfigureAwait(false));
        }

        while (waiting.Count > 0) Append(file, await waiting.Dequeue().ConfigureAwait(false));
        file.Flush(flushToDisk: true);
        if (log.Samples().Any(s => AttackTrace.Read(s.Verdict).Any(a => a.Outcome == AttackTrace.Word(AttemptOutcome.Success) && !a.IsReproducible)))
            notice("successes by changed weights, learned vectors or tools are in the log and not among the cases: messages alone do not ask them again.");
    }

    /// <summary>A line is whole or it is not there: what a killed process left of one is cut off; a file without any goes.</summary>
    private void Trim()
    {
        if (!File.Exists(path)) return;
        var end = File.ReadAllBytes(path).AsSpan().LastIndexOf((byte)'\n') + 1;
        if (end == 0) File.Delete(path);
        else
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.Read);
            file.SetLength(end);
        }
    }

    private static void Append(FileStream file, RegressionCase one)
    {
        file.Write(Encoding.UTF8.GetBytes($"{one.ToLine()}\n"));
        file.Flush();
    }
}
