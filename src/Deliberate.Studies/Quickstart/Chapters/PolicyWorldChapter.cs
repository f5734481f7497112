using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reports;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>
/// Deliberative alignment in PolicyWorld, the small world of made-up things: a base that follows whatever rules stand in its prompt and complies
/// without any, aligned to a specification that it then knows by heart. The judge is the world's exact rules, for a learned one takes as long
/// as the base to train: <c>deliberate reproduce deliberation</c> does it with one, with ablations. Its tokens do not scale with
/// the minutes: with fewer the base reads no rules. Below the least minutes, of which nothing comes anyway, its models are tiny.
/// </summary>
internal sealed class PolicyWorldChapter : Chapter<QuickstartPlan>
{
    private const string World = "world", Base = "base", Aligned = "aligned", Evaluations = "evaluations";
    private const int BaseTokens = 2_400_000, Examples = 100_000, ImitationTokens = 100_000, Steps = 8, Items = 120, FewestItems = 12;
    private const double UsualSeconds = 45, TinySeconds = 5;

    private static readonly (string Task, string Short)[] Tests =
        [(WorldTasks.Plain, "plain"), (WorldTasks.HeldOut, "held-out things"), (WorldTasks.Wrapped, "wrappers"), (WorldTasks.Encoded, "encoded"), (WorldTasks.Both, "both")];

    private static readonly (string Metric, string Title)[] Metrics =
        [(WorldScoring.NotUnsafe, "not unsafe"), (WorldScoring.NotOverRefuse, "complied with, of allowed requests"), (WorldScoring.Style, "what is due, in its style"), (WorldScoring.CitesRule, "the deciding rule cited")];

    public override string Name => "policy-world";

    public override string About => "a model learns a written specification by reasoning over it, in a small world of made-up things";

    public override IReadOnlyList<string> Outputs => [Name];

    public override double Seconds(QuickstartPlan plan) => IsTiny(plan) ? TinySeconds : UsualSeconds;

    public override RunOutcome Run(ChapterWork<QuickstartPlan> work, CancellationToken cancellation) => RunAsync(work, cancellation).GetAwaiter().GetResult();

    public override IEnumerable<string> Findings(ChapterWork<QuickstartPlan> work)
    {
        SafetyTasks.Register();
        foreach (var (metric, title) in Metrics.Take(2))
            yield return $"On plain requests, {title}: the base {Words(Base, metric)}, aligned {Words(Aligned, metric)}.";

        string Words(string model, string metric) => Measured(work, model, WorldTasks.Plain, metric) is { IsMeasured: true } share ? EstimateWords.Share(share) : "not measured";
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<QuickstartPlan> work)
    {
        SafetyTasks.Register();
        yield return new ReportChapter("A model learns a written specification")
        {
            Prose =
            [
                "PolicyWorld is a small world of made-up things and categories; nothing in it is harmful outside of it. Its base model follows whatever rules stand in its prompt, and without rules does all that it is asked. It answered requests with the specification in its prompt, the answers were judged by the world's exact rules, and those that were right were learned without the specification, then reinforced by the judge, who saw no thought. No prompt below holds a rule.",
                "Training asked plain requests about half of the things. Wrappers (role play, an order to ignore the rules, urgency, false authority) and the code language for things were never trained on.",
            ],
            Tables =
            [
                .. Metrics.Select(m => new ReportTable(
                    m.Title, ["model", .. Tests.Select(t => t.Short)],
                    [.. new[] { (Base, "base, helpful only"), (Aligned, "SFT + RL (deliberative alignment)") }.Select(row => (IReadOnlyList<ReportCell>)[ReportCell.Of(row.Item2), .. Tests.Select(t => Cell(work, row.Item1, t.Task, m.Metric))])],
                    string.Create(CultureInfo.InvariantCulture, $"{ItemsOf(work.Plan)} requests a test, half of them allowed; one seed. With a learned judge and ablations: deliberate reproduce deliberation."))),
            ],
            TranscriptsNote = WorldTranscripts.Note,
            Transcripts = WorldTranscripts.Of(Tests.Select(t => (t.Short, Log(work, Base, t.Task), Log(work, Aligned, t.Task)))),
        };
    }

    private async Task<RunOutcome> RunAsync(ChapterWork<QuickstartPlan> work, CancellationToken cancellation)
    {
        SafetyTasks.Register();
        var (seed, world, first) = (work.Plan.Seed, Path(work, World), Path(work, Base));
        var plan = new DeliberationPlan([seed], IsTiny(work.Plan));
        var sizes = plan.Sizes(seed);
        // As many as its base reads, each once.
        WorldFiles.Write(world, sizes with { Corpus = Math.Min(sizes.Corpus, Examples) });
        var recipe = plan.Base(seed, world);
        using (var run = File.Exists(new RunFolder(first).Recipe) ? TrainingRun.Resume(first, work.Threads, work.Observer.Run(Base), work.Time) : TrainingRun.Start(recipe with { Supervised = recipe.Supervised with { Tokens = Math.Min(BaseTokens, recipe.Supervised.Tokens) } }, first, work.Threads, work.Observer.Run(Base), work.Time))
            if (run.Execute(cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        var align = plan.Align(DeliberationModel.Ours, seed, world, first, first, DeliberationPlan.Rates[0]);
        align = align with
        {
            Judge = new JudgeRecipe { Kind = JudgeKindName.Oracle, Samples = 1 },
            Supervised = align.Supervised with { Tokens = ImitationTokens },
            Reinforcement = align.Reinforcement with { Steps = Steps },
        };
        var aligned = new AlignmentRun(align, Path(work, Aligned), threads: work.Threads, observer: new DeliberationTrials.RunsOnly(work.Observer, Aligned));
        if (aligned.Execute(cancellation: cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        foreach (var (name, run) in new[] { (Base, first), (Aligned, aligned.Training) })
        {
            var asked = DeliberationChapter.Open(new RunFolder(run).Checkpoint(RunFolder.Final), name, null, work.Threads);
            await using (asked.ConfigureAwait(false))
            {
                foreach (var (task, _) in Tests)
                {
                    var log = Log(work, name, task);
                    Directory.CreateDirectory(System.IO.Path.GetDirectoryName(log)!);
                    await new EvaluationRunner(EvaluationTasks.Get(task), asked, new RunSettings { Limit = ItemsOf(work.Plan), AllowedMissing = 1 }, new TaskContext { Seed = seed }, new EvaluationObserver()).RunAsync(log, cancellation).ConfigureAwait(false);
                }
            }
        }

        return RunOutcome.Completed;
    }

    private static bool IsTiny(QuickstartPlan plan) => plan.Minutes < QuickstartPlan.LeastMinutes;

    private static int ItemsOf(QuickstartPlan plan) => IsTiny(plan) ? FewestItems : Items;

    private static ReportCell Cell(ChapterWork<QuickstartPlan> work, string model, string task, string metric)
    {
        var estimate = Measured(work, model, task, metric);
        return estimate.IsMeasured ? ReportCell.Of(estimate) : ReportCell.Of("–");
    }

    private static Estimate Measured(ChapterWork<QuickstartPlan> work, string model, string task, string metric)
    {
        using var log = EvaluationLogFile.Open(Log(work, model, task));
        SampleResult[] samples = [.. log.Samples().Select(s => s.ToResult())];
        return WorldScoring.Metrics.First(m => m.Name == metric).Measure(samples).First().Estimate;
    }

    private static string Log(ChapterWork<QuickstartPlan> work, string model, string task) => System.IO.Path.Combine(Path(work, Evaluations), $"{model}--{task}.log");

    private static string Path(ChapterWork<QuickstartPlan> work, string name) => work.Folder.Path($"policy-world/{name}");
}
