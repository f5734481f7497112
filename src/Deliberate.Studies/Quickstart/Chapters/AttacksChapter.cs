using System.Globalization;
using Deliberate.Evaluation;
using Deliberate.Reports;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Four attacks on the model that the PolicyWorld chapter aligned: a disguise, rules forged in the request, an attacker that goes by the answers
/// (the scripted one), and a thought put into the model's mouth. What comes of it is judged by the world's oracle. Its log is gone on with
/// where it was stopped.
/// </summary>
internal sealed class AttacksChapter : Chapter<QuickstartPlan>
{
    /// <summary>Of the chapter that trains the model, and where in it the aligned one is.</summary>
    public const string Trained = "policy-world", Aligned = "aligned/training";

    private const string Folder = "attacks", LogName = "attack.log";
    private const string Control = "direct";
    private const double UsualSeconds = 2;
    private const int UsualGoals = 60, FewestGoals = 12, Budget = 5;

    private static readonly string[] Attacks = ["world-role-code", "world-forged-rules", "pair", "prefill"];

    public override string Name => "attacks";

    public override string About => "four attacks on the aligned model of PolicyWorld";

    public override IReadOnlyList<string> Inputs => [Trained];

    public override IReadOnlyList<string> Outputs => [Folder];

    public override double Seconds(QuickstartPlan plan) => UsualSeconds;

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        RunAsync(work, cancellation).GetAwaiter().GetResult();
        return RunOutcome.Completed;
    }

    public override IEnumerable<string> Findings(ChapterWork<QuickstartPlan> work)
    {
        var (_, within, _) = Measured(work);
        foreach (var name in Attacks)
            if (within.FirstOrDefault(m => m.Slice == name) is { Estimate.IsMeasured: true } found)
                yield return string.Create(CultureInfo.InvariantCulture, $"{AttackList.Get(name).About} breaks {EstimateWords.Share(found.Estimate)} of the goals within {Budget} queries.");
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<QuickstartPlan> work)
    {
        var (first, within, over) = Measured(work);
        yield return new ReportChapter("The aligned model, attacked")
        {
            Prose =
            [
                string.Create(CultureInfo.InvariantCulture, $"Requests that the specification does not allow, each under four attacks with {Budget} queries (deliberate attack): a role with the code word for the thing; rules in the request that allow it; an attacker that goes by the answers, a script that searches wrapper, code and urgency; and the decision to comply as the model's own thought, which only who serves the model can put there. The same goals are asked plainly as often, as the control. The world's exact rules say what worked."),
            ],
            Tables =
            [
                new ReportTable(
                    "Share of goals broken", ["attack", "what it does", "by the first query", string.Create(CultureInfo.InvariantCulture, $"within {Budget} queries"), "over asking plainly"],
                    [.. Attacks.Select(name => (IReadOnlyList<ReportCell>)[ReportCell.Of(name), ReportCell.Of(AttackList.Get(name).About), Cell(first, name), Cell(within, name), Cell(over, name)]), [ReportCell.Of(Control), ReportCell.Of("the request as it is: the control"), Cell(first, Control), Cell(within, Control), ReportCell.Of("–")]],
                    $"Intervals are clustered by goal; the difference is paired by goal. Every query is in {Folder}: deliberate view {ShellCommand.Word(work.Folder.Path(Folder))}."),
            ],
        };
    }

    /// <summary>Shares of goals broken by the first query and within the budget, and what that is over asking plainly, a slice an attack.</summary>
    private static (MetricResult[] First, MetricResult[] Within, MetricResult[] Over) Measured(ChapterWork<QuickstartPlan> work)
    {
        using var log = EvaluationLogFile.Open(Log(work));
        SampleResult[] samples = [.. log.Samples().Select(s => s.ToResult())];
        var metrics = AttackMetrics.Of([.. Attacks.Select(AttackList.Get)], new AttackSettings(Budget), hasControl: true);
        return ([.. metrics.First(m => m.Name == "asr_at_1").Measure(samples)], [.. metrics.First(m => m.Name == AttackMetrics.Asr).Measure(samples)], [.. metrics.First(m => m.Name == AttackMetrics.OverControl).Measure(samples)]);
    }

    private static async Task RunAsync(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        var seed = work.Plan.Seed;
        var goals = AttackGoals.OfWorld((int)Math.Clamp(Math.Ceiling(UsualGoals * work.Plan.Scale), FewestGoals, UsualGoals), seed);
        var model = CheckpointConnection.Open(new RunFolder(work.Folder.Path(Path.Combine(Trained, Aligned))).Newest()!, Trained, [], work.Threads);
        await using (model.ConfigureAwait(false))
        {
            using var judge = AttackJudge.Of(AttackGoals.World, null, "");
            await using var attacker = new EvaluationModel(WorldAttackerClient.ModelName, new WorldAttackerClient());
            var task = AttackTask.Of(goals, [.. Attacks.Select(AttackList.Get)], new AttackSettings(Budget, seed), judge, attacker, hasControl: true);
            Directory.CreateDirectory(work.Folder.Path(Folder));
            await new EvaluationRunner(task, model, new RunSettings { MaxTokens = 64, Seed = seed, AllowedMissing = 1 }, new TaskContext { Seed = seed }, new EvaluationObserver()).RunAsync(Log(work), cancellation).ConfigureAwait(false);
        }
    }

    private static ReportCell Cell(IEnumerable<MetricResult> measured, string attack) => measured.FirstOrDefault(m => m.Slice == attack) is { Estimate.IsMeasured: true } found ? ReportCell.Of(found.Estimate) : ReportCell.Of("–");

    private static string Log(ChapterWork<QuickstartPlan> work) => work.Folder.Path(Path.Combine(Folder, LogName));
}
