using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>What became of a campaign.</summary>
/// <param name="Evaluation">A result a model, comparisons, requirements; and the folder.</param>
/// <param name="Cases">The file of successes, made smaller.</param>
/// <param name="Transfers">What the successes of one model do to another, in the order of models; none of a single one.</param>
/// <param name="Page">The report.</param>
/// <param name="BestOfN">What best-of-n's curve follows on each model, in the order of models; null where it was not asked, or there is too little of a curve.</param>
internal sealed record AttackReport(EvaluationReport Evaluation, string Cases, IReadOnlyList<AttackTransfer> Transfers, string Page, IReadOnlyList<PowerLaw?> BestOfN)
{
    /// <summary>Whether there is any success among the cases.</summary>
    public bool HasCases => File.Exists(Cases) && new FileInfo(Cases).Length > 0;
}

/// <summary>Successes found on one model, asked of another.</summary>
internal sealed record AttackTransfer(string From, string To, int Cases, Estimate Works);

/// <summary>
/// Attacks on goals, against each model in turn; then every success made smaller and kept, asked of the other models, and a page of it all. Each
/// step goes on with what it finds in the folder.
/// </summary>
/// <param name="plan">What is wanted.</param>
/// <param name="folder">Where it is kept.</param>
/// <param name="models">Opens models by name.</param>
/// <param name="http">For goals that are fetched; null where nothing may be.</param>
internal sealed class AttackCampaign(AttackPlan plan, string folder, EvaluationModels models, ProviderHandlers? http)
{
    public const string CasesFile = "successes.jsonl", PageFile = "attack.html";

    public async Task<AttackReport> RunAsync(Func<string, EvaluationObserver> observe, Action<string> notice, CancellationToken cancellation)
    {
        Requirement[] requirements = [.. plan.Requirements.Select(Requirement.Parse)];
        await AttackModels.CheckAsync(models, [.. plan.Models, plan.Judge, plan.Attacker], cancellation).ConfigureAwait(false);
        await using var judging = plan.Judge is { } judgeName ? AttackModels.Open(models, judgeName) : null;
        await using var attacker = plan.Attacker is { } attackerName ? AttackModels.Open(models, attackerName) : null;
        var context = new TaskContext { DataFolder = plan.DataFolder, Seed = plan.Settings.Seed, Limit = plan.Limit, Judge = judging, Http = http, Notice = notice };
        var goals = await AttackGoals.ReadAsync(plan.Goals, context, cancellation).ConfigureAwait(false);
        using var judge = AttackJudge.Of(plan.Goals, judging, plan.Rubric);
        using var whiteBox = new WhiteBoxModels(goals, plan.Settings.Seed);
        var attacks = Attacks(notice);
        var settings = new AttackSettings(plan.Budget, plan.Settings.Seed, plan.Steps);
        EvaluationTask TaskOf() => AttackTask.Of(goals, attacks, settings, judge, attacker, whiteBox, plan.HasControl);
        foreach (var requirement in requirements) requirement.Check([TaskOf()]);
        var request = plan.ToRequest(AttackTask.Name);
        var evaluation = EvaluationFolder.Begin(folder, request, [TaskOf()]);
        var results = new List<EvaluationResult>();
        var cases = new CaseFile(Path.Combine(folder, CasesFile), plan, judge);
        try
        {
            foreach (var name in plan.Models)
            {
                await using var model = models.Open(name);
                var runner = new EvaluationRunner(TaskOf(), model, plan.Settings with { Limit = null }, context with { Limit = null }, observe(name));
                var result = await runner.RunAsync(evaluation.LogOf(AttackTask.Name, name), cancellation).ConfigureAwait(false);
                evaluation.Keep(result);
                results.Add(result);
                await cases.AddAsync(result, goals, model, notice, cancellation).ConfigureAwait(false);
            }
        }
        catch (UserError)
        {
            evaluation.WithdrawIfNothingIsLogged();
            throw;
        }

        var transfers = await TransferAsync(cases, judge, context, cancellation).ConfigureAwait(false);
        var report = new EvaluationReport(folder, results, [], [.. requirements.SelectMany(r => results.Select(r.Of))]);
        evaluation.Finish(report);
        var page = Path.Combine(folder, PageFile);
        var campaign = new AttackReport(report, cases.Path, transfers, page, [.. results.Select(r => AttackCurves.Fit(r, AttackList.BestOfNName, plan.Budget))]);
        AttackPage.Write(page, campaign, plan, goals, attacks, judge.Counts);
        return campaign;
    }

    /// <summary>The attacks that go with goals, targets and attacker; groups leave out the others, and say which.</summary>
    private IReadOnlyList<IAttack> Attacks(Action<string> notice)
    {
        var isWorld = AttackGoals.IsWorld(plan.Goals);
        var groups = AttackList.Groups.Select(g => g.Name).ToHashSet(StringComparer.Ordinal);
        var named = plan.AttackNames.Where(a => !groups.Contains(a)).ToHashSet(StringComparer.Ordinal);
        var leftOut = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var attacks = AttackList.Resolve(plan.AttackNames, Cannot, (attack, why) => (leftOut.TryGetValue(why, out var names) ? names : leftOut[why] = []).Add(attack.Name));
        foreach (var (why, names) in leftOut) notice($"left out, for {why}: {string.Join(", ", names)}");
        return attacks;

        string? Cannot(IAttack attack)
        {
            if (attack.NeedsAttacker && plan.Attacker is null) return "it needs a model that plans, and none is named with --attacker";
            if (attack.NeedsWorld && !isWorld) return "it is written in PolicyWorld's language, and the goals are not";
            if (attack.NeedsWeights && plan.Models.FirstOrDefault(m => !Path.Exists(m)) is { } remote) return $"it needs weights, and {remote} is no checkpoint on this machine";
            return isWorld && !attack.SpeaksWorld && !named.Contains(attack.Name) ? "PolicyWorld's language has no words for it" : null;
        }
    }

    private async Task<IReadOnlyList<AttackTransfer>> TransferAsync(CaseFile cases, AttackJudge judge, TaskContext context, CancellationToken cancellation)
    {
        var transfers = new List<AttackTransfer>();
        if (plan.Models.Count < 2 || !File.Exists(cases.Path) || new FileInfo(cases.Path).Length == 0) return transfers;
        var all = RegressionCase.Read(cases.Path);
        foreach (var to in plan.Models)
        {
            await using var model = models.Open(to);
            foreach (var from in plan.Models.Where(m => m != to))
            {
                var found = all.Where(c => c.Model == from).ToArray();
                if (found.Length == 0) continue;
                var task = ReplayTask.Of(found, judge);
                var log = Path.Combine(folder, FormattableString.Invariant($"transfer--{Index(from)}-to-{Index(to)}.log"));
                var result = await new EvaluationRunner(task, model, plan.Settings with { Limit = null }, context with { Limit = null }, new EvaluationObserver()).RunAsync(log, cancellation).ConfigureAwait(false);
                transfers.Add(new AttackTransfer(from, to, found.Length, result.Headline.Estimate));
            }
        }

        return transfers;

        int Index(string model) => plan.Models.ToList().IndexOf(model) + 1;
    }
}
