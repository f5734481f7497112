using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>All rows of a seed: data, base, judge, trials, alignments, and their evaluations.</summary>
internal sealed class DeliberationChapter(ulong seed) : Chapter<DeliberationPlan>
{
    private const string DoneFile = "evaluations/done";

    public ulong Seed => seed;

    public override string Name => StudyClaim.SeedFolder(seed);

    public override string About => $"base, judge, {DeliberationModel.All.Count} rows, {WorldTasks.All.Count} tests";

    public override IReadOnlyList<string> Outputs => [$"{Name}/{DoneFile}"];

    public override double Seconds(DeliberationPlan plan) => plan.Quick ? 30 : 1000;

    public override RunOutcome Run(ChapterWork<DeliberationPlan> work, CancellationToken cancellation) => RunAsync(work, cancellation).GetAwaiter().GetResult();

    /// <summary>A checkpoint, behind a filter where there is one, within so many tokens of thought where a number is given.</summary>
    public static EvaluationModel Open(string checkpoint, string name, Func<string, ContentRule>? filter, int threads, int? budget = null)
    {
        var model = TextModel.Open(checkpoint, threads: threads, hosting: new ModelHostOptions { Slots = CheckpointConnection.Slots });
        IModelConnection connection = new CheckpointConnection(model, [], budget);
        return new EvaluationModel(name, filter is null ? connection : new FrontFilter(connection, filter), new ModelDescription("checkpoint", name, model.Location, filter is null && budget is null ? model.Identity.Id : null), CheckpointConnection.Slots);
    }

    private async Task<RunOutcome> RunAsync(ChapterWork<DeliberationPlan> work, CancellationToken cancellation)
    {
        SafetyTasks.Register();
        var (plan, folder) = (work.Plan, new DeliberationFolder(work.Folder, seed));
        WorldFiles.Write(folder.World, plan.Sizes(seed));
        if (Train(folder.Base, "base", () => plan.Base(seed, folder.World)) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        if (Train(folder.Judge, "judge", () => plan.Judge(seed, folder.World, folder.Checkpoint(DeliberationModel.Base))) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        var prompts = AlignmentPrompt.Read([Path.Combine(folder.World, WorldFiles.Prompts)], ShippedSpecifications.Find(ShippedSpecifications.PolicyWorld)!, _ => { });
        await new DeliberationTrials(plan, folder, seed, work.Threads).RunAsync(prompts, work.Observer, cancellation).ConfigureAwait(false);
        var trials = DeliberationTrials.Read(folder.Trials);
        var shared = folder.Trial(DeliberationModel.Ours, DeliberationPlan.Rates[0]);
        if (!File.Exists(folder.JudgeErrors)) JudgeErrors.Of(shared, prompts).Write(folder.JudgeErrors);
        foreach (var model in DeliberationModel.Aligned)
        {
            var rate = model == DeliberationModel.Control ? DeliberationTrials.Best(trials, model) : DeliberationTrials.Best(trials, DeliberationModel.Ours);
            var run = new AlignmentRun(plan.Align(model, seed, folder.World, folder.Base, folder.Judge, rate), folder.Align(model), threads: work.Threads, observer: new DeliberationTrials.RunsOnly(work.Observer, $"{Name}/{model.Key}"));
            if (!File.Exists(Path.Combine(run.Folder, AlignmentRun.SummaryFile)) && run.Execute(shared, cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        }

        foreach (var model in DeliberationModel.All) await MeasureAsync(model, folder, work, prompts, trials, cancellation).ConfigureAwait(false);
        foreach (var budget in DeliberationPlan.Budgets) await MeasureAsync(budget, folder, work, cancellation).ConfigureAwait(false);
        foreach (var model in DeliberationModel.Monitored) await MonitorAsync(model, folder, work, cancellation).ConfigureAwait(false);
        Core.AtomicFile.WriteText(work.Folder.Path($"{Name}/{DoneFile}"), "");
        return RunOutcome.Completed;

        RunOutcome Train(string path, string name, Func<TrainRecipe> recipe) => work.Train(path, $"{Name}/{name}", recipe, cancellation);
    }

    /// <summary>Every test of a row, each with a log that is gone on with.</summary>
    private static async Task MeasureAsync(DeliberationModel model, DeliberationFolder folder, ChapterWork<DeliberationPlan> work, IReadOnlyList<AlignmentPrompt> prompts, IReadOnlyList<DeliberationTrial> trials, CancellationToken cancellation)
    {
        Func<string, ContentRule>? filter = model == DeliberationModel.Keywords ? FrontFilters.Keywords(prompts)
            : model == DeliberationModel.Classifier ? FrontFilters.Classifier(prompts, work.Threads)(DeliberationTrials.Best(trials, model))
            : null;
        var asked = Open(folder.Checkpoint(model), model.Key, filter, work.Threads);
        await using (asked.ConfigureAwait(false))
        {
            var arguments = model == DeliberationModel.InContext ? new Dictionary<string, string> { [WorldTasks.RulesArgument] = WorldTasks.InContext } : [];
            foreach (var task in Tasks(model)) await AskAsync(asked, task, folder.Log(model, task), work, cancellation, arguments).ConfigureAwait(false);
        }
    }

    /// <summary>Ours, its thoughts closed after so many tokens.</summary>
    private static async Task MeasureAsync(int budget, DeliberationFolder folder, ChapterWork<DeliberationPlan> work, CancellationToken cancellation)
    {
        var asked = Open(folder.Checkpoint(DeliberationModel.Ours), FormattableString.Invariant($"{DeliberationModel.Ours.Key}-within-{budget}"), null, work.Threads, budget);
        await using (asked.ConfigureAwait(false))
            foreach (var task in BudgetTasks) await AskAsync(asked, task, folder.Log(budget, task), work, cancellation).ConfigureAwait(false);
    }

    /// <summary>Paired prompts with and without a planted hint, and what a monitor by rules sees in the thoughts.</summary>
    private static async Task MonitorAsync(DeliberationModel model, DeliberationFolder folder, ChapterWork<DeliberationPlan> work, CancellationToken cancellation)
    {
        if (File.Exists(folder.Monitored(model))) return;
        var (log, asked) = (folder.Log(model, WorldTasks.Hints), Open(folder.Checkpoint(model), model.Key, null, work.Threads));
        await using (asked.ConfigureAwait(false)) await AskAsync(asked, WorldTasks.Hints, log, work, cancellation).ConfigureAwait(false);
        var samples = await HintLogs.ReadAsync(log, CueRule.Create(), Path.ChangeExtension(log, ".monitor"), 1, Monitoring.UsualTimeout, null, cancellation).ConfigureAwait(false);
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Monitored(model))!);
        MonitoredSample.Write(folder.Monitored(model), samples);
    }

    private static Task<EvaluationResult> AskAsync(EvaluationModel asked, string task, string log, ChapterWork<DeliberationPlan> work, CancellationToken cancellation, IReadOnlyDictionary<string, string>? arguments = null)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(log)!);
        var settings = new RunSettings { Limit = work.Plan.ItemsOf(task), Epochs = work.Plan.EpochsOf(task), AllowedMissing = 1 };
        return new EvaluationRunner(EvaluationTasks.Get(task), asked, settings, new TaskContext { Seed = 1, Arguments = arguments ?? new Dictionary<string, string>() }, new EvaluationObserver()).RunAsync(log, cancellation);
    }

    /// <summary>What is measured against the thinking budget.</summary>
    internal static IReadOnlyList<string> BudgetTasks { get; } = [WorldTasks.Plain, WorldTasks.Encoded, WorldTasks.Benign, WorldTasks.SkillsName];

    /// <summary>Forged rules are not asked where the rules stand in the prompt, and only the base is asked whether it reads rules.</summary>
    internal static IEnumerable<string> Tasks(DeliberationModel model) =>
    [
        .. WorldTasks.Tests.Where(t => t != WorldTasks.Forged || model != DeliberationModel.InContext), WorldTasks.Benign, WorldTasks.SkillsName,
        .. model == DeliberationModel.Base ? [WorldCounterfactualTask.Name] : Array.Empty<string>(),
    ];
}
