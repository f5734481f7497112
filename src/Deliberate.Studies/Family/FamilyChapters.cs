using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reports;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>Trains the larger and the smaller, then the smaller from the larger in both ways.</summary>
internal sealed class FamilyTrainChapter : Chapter<FamilyPlan>
{
    public override string Name => "train";

    public override string About => "one recipe at two sizes, and the smaller distilled from the larger in two ways";

    public override IReadOnlyList<string> Outputs => [.. FamilyPlan.Models.Select(m => $"{m}/checkpoints/{RunFolder.Final}")];

    public override double Seconds(FamilyPlan plan) => plan.Quick ? 10 : 420;

    public override RunOutcome Run(ChapterWork<FamilyPlan> work, CancellationToken cancellation)
    {
        foreach (var name in FamilyPlan.Models)
        {
            if (work.Train(work.Folder.Path(name), name, () => work.Plan.Recipe(name, other => FamilyFolder.Checkpoint(work.Folder, other)), cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        }

        return RunOutcome.Completed;
    }
}

/// <summary>Asks all of them the same held-out problems, as often as equal compute asks for.</summary>
internal sealed class FamilyMeasureChapter : Chapter<FamilyPlan>
{
    private const string DoneFile = $"{FamilyFolder.Evidence}/{EvaluationFolder.FileName}";

    public override string Name => "measure";

    public override string About => "the same held-out problems, and the table at equal tokens and at equal compute";

    public override IReadOnlyList<string> Inputs => new FamilyTrainChapter().Outputs;

    public override IReadOnlyList<string> Outputs => [DoneFile];

    public override double Seconds(FamilyPlan plan) => plan.Quick ? 5 : 180;

    public override RunOutcome Run(ChapterWork<FamilyPlan> work, CancellationToken cancellation)
    {
        SafetyTasks.Register();
        RunAsync(work, cancellation).GetAwaiter().GetResult();
        return RunOutcome.Completed;
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<FamilyPlan> work)
    {
        yield return new ReportChapter("The family, compared") { Tables = [.. FamilyFolder.Tables(work.Folder)], Prose = ["At equal tokens an answer counts that came to its end within the budget. At equal compute a token costs in proportion to the weights, so that the smaller draws several samples, and its most frequent answer counts. Differences are paired by problem; intervals are over problems, of one seed."] };
    }

    private static async Task RunAsync(ChapterWork<FamilyPlan> work, CancellationToken cancellation)
    {
        var configuration = new ProgramConfiguration(null, new ProgramSettings(), null, []);
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = name => CheckpointConnection.Open(name, name, [], work.Threads) };
        var request = new EvaluationRequest
        {
            Tasks = [FamilyPlan.Task],
            Models = [.. FamilyPlan.Models.Select(m => FamilyFolder.Checkpoint(work.Folder, m))],
            Settings = new RunSettings { Limit = work.Plan.Problems, Epochs = FamilyFolder.Samples(work.Folder), MaxTokens = work.Plan.MaxTokens, Temperature = 1, Seed = work.Plan.Seed },
        };
        await new EvaluationSet(request, work.Folder.Path(FamilyFolder.Evidence), models, null).RunAsync((_, _) => new EvaluationObserver(), _ => { }, cancellation).ConfigureAwait(false);
    }
}

/// <summary>Gate and card of the larger, and of the smaller by both ways.</summary>
internal sealed class FamilyReleaseChapter(string command) : Chapter<FamilyPlan>
{
    public override string Name => "release";

    public override string About => "gate and system card of the larger and of both smaller ones";

    public override IReadOnlyList<string> Inputs => new FamilyMeasureChapter().Outputs;

    public override IReadOnlyList<string> Outputs => [.. FamilyPlan.Released.Select(FamilyFolder.Card)];

    public override double Seconds(FamilyPlan plan) => 5;

    public override RunOutcome Run(ChapterWork<FamilyPlan> work, CancellationToken cancellation)
    {
        foreach (var name in FamilyPlan.Released)
            ReleaseWriter.Write(new ReleaseInput(FamilyFolder.Checkpoint(work.Folder, name), null, [work.Folder.Path(FamilyFolder.Evidence)], FamilyPlan.Policy, work.Folder.Path(name), Path.GetDirectoryName(work.Folder.Path(FamilyFolder.Card(name)))!, command), work.Time.GetUtcNow(), cancellation);
        return RunOutcome.Completed;
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<FamilyPlan> work)
    {
        yield return new ReportChapter("Cards")
        {
            Tables = [new ReportTable("Written", ["Card", "What it says"], [.. FamilyPlan.Released.Select(name => (IReadOnlyList<ReportCell>)[ReportCell.Of(name) with { Link = FamilyFolder.Card(name) }, ReportCell.Of(ReleaseWriter.Said(CardFile.Read(work.Folder.Path(FamilyFolder.Card(name)))))])])],
        };
    }
}

/// <summary>Where things of the study are, and what its logs come to.</summary>
internal static class FamilyFolder
{
    public const string Evidence = "evidence";

    public static string Checkpoint(StudyFolder folder, string model) => new RunFolder(folder.Path(model)).Checkpoint(RunFolder.Final);

    public static string Card(string model) => $"release-{model}/{ReleaseWriter.CardName}";

    /// <summary>Of the smaller, for what one sample of the larger costs.</summary>
    public static int Samples(StudyFolder folder) => FamilyTable.Samples(Weights(folder, FamilyPlan.Larger), Weights(folder, FamilyPlan.Alone));

    /// <summary>The larger against the smaller, a table for each way the smaller was made.</summary>
    public static IReadOnlyList<ReportTable> Tables(StudyFolder folder)
    {
        var samples = Samples(folder);
        var logs = GateEvidence.Read([folder.Path(Evidence)]).Logs.Where(l => l.Damage is null).ToLookup(l => l.Head!.Model.Hash, l => l.Result!.Samples, StringComparer.Ordinal);
        var larger = Of(FamilyPlan.Larger);
        var budgets = FamilyTable.Budgets(larger);
        return
        [
            .. FamilyPlan.Models.Where(m => m != FamilyPlan.Larger).Select(smaller => FamilyTable.Table(
                $"larger against {smaller}, {FamilyPlan.Task}", smaller, FamilyTable.Of(larger, Of(smaller), samples, budgets), samples, (Weights(folder, FamilyPlan.Larger), Weights(folder, smaller)))),
        ];

        IReadOnlyList<SampleResult> Of(string model) => logs[Gate.ModelOf(model, Checkpoint(folder, model), CancellationToken.None).Id].First();
    }

    private static long Weights(StudyFolder folder, string model) => ParameterCounts.Of(ModelConfiguration.Load(Checkpoint(folder, model))).Total;
}
