using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reports;
using Deliberate.Safety;
using Deliberate.Training;

namespace Deliberate.Studies;

/// <summary>The base, and reinforcement learning of it: the model before mitigations.</summary>
internal sealed class CardTrainChapter : Chapter<CardPlan>
{
    public override string Name => "train";

    public override string About => "a base of the small world, then reinforcement learning on problems with an answer";

    public override IReadOnlyList<string> Outputs => [$"{CardFolder.Reasoner}/checkpoints/{RunFolder.Final}"];

    public override double Seconds(CardPlan plan) => plan.Quick ? 15 : 420;

    public override RunOutcome Run(ChapterWork<CardPlan> work, CancellationToken cancellation)
    {
        var folder = new CardFolder(work.Folder);
        var world = folder.Path(CardFolder.World);
        WorldFiles.Write(world, work.Plan.Sizes);
        return Train(CardFolder.Base, () => work.Plan.Base(world)) == RunOutcome.Interrupted ? RunOutcome.Interrupted : Train(CardFolder.Reasoner, () => work.Plan.Reasoner(world, new RunFolder(folder.Path(CardFolder.Base)).Checkpoint(RunFolder.Final)));

        RunOutcome Train(string name, Func<TrainRecipe> recipe) => work.Train(folder.Path(name), name, recipe, cancellation);
    }
}

/// <summary>Deliberative alignment to the small world's specification: the model after mitigations.</summary>
internal sealed class CardAlignChapter : Chapter<CardPlan>
{
    public override string Name => "align";

    public override string About => "deliberative alignment to the small world's specification, judged by its exact rules";

    public override IReadOnlyList<string> Inputs => new CardTrainChapter().Outputs;

    public override IReadOnlyList<string> Outputs => [$"{CardFolder.Aligned}/{AlignmentRun.SummaryFile}"];

    public override double Seconds(CardPlan plan) => plan.Quick ? 10 : 240;

    public override RunOutcome Run(ChapterWork<CardPlan> work, CancellationToken cancellation)
    {
        SafetyTasks.Register();
        var folder = new CardFolder(work.Folder);
        return new AlignmentRun(work.Plan.Align(folder.Path(CardFolder.World), folder.Path(CardFolder.Reasoner)), folder.Path(CardFolder.Aligned), threads: work.Threads, observer: new DeliberationTrials.RunsOnly(work.Observer, CardFolder.Aligned)).Execute(cancellation: cancellation);
    }
}

/// <summary>The small world's tests, attacks among them, and the tasks of the policy, of the model before and after.</summary>
internal sealed class CardMeasureChapter : Chapter<CardPlan>
{
    private const string DoneFile = $"{CardFolder.Evidence}/not-asked.txt";

    public override string Name => "measure";

    public override string About => "evaluations, attacks and the policy's tasks, before and after the mitigations";

    public override IReadOnlyList<string> Inputs => new CardAlignChapter().Outputs;

    public override IReadOnlyList<string> Outputs => [DoneFile];

    public override double Seconds(CardPlan plan) => plan.Quick ? 25 : 1500;

    public override RunOutcome Run(ChapterWork<CardPlan> work, CancellationToken cancellation)
    {
        RunAsync(work, cancellation).GetAwaiter().GetResult();
        return RunOutcome.Completed;
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<CardPlan> work)
    {
        var left = File.ReadAllLines(work.Folder.Path(DoneFile));
        if (left.Length > 0) yield return new ReportChapter("What was not asked") { Findings = [.. left.Select(l => new ReportFinding(FindingLevel.Note, l))] };
    }

    private static async Task RunAsync(ChapterWork<CardPlan> work, CancellationToken cancellation)
    {
        SafetyTasks.Register();
        var (plan, folder) = (work.Plan, new CardFolder(work.Folder));
        var configuration = new ProgramConfiguration(null, new ProgramSettings(), null, []);
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = name => CheckpointConnection.Open(name, name, [], work.Threads) };
        var evidence = folder.Path(CardFolder.Evidence);
        foreach (var (state, model) in new[] { (ModelState.Pre, folder.Pre), (ModelState.Post, folder.Post) })
        {
            var request = new EvaluationRequest { Tasks = [.. WorldTasks.Tests, WorldTasks.Benign, WorldTasks.SkillsName], Models = [model], Settings = new RunSettings { Limit = plan.Items, Seed = plan.Seed, AllowedMissing = 1 } };
            await new EvaluationSet(request, Path.Combine(evidence, $"world-{RecipeWriter.Scalar(state)}"), models, null).RunAsync((_, _) => new EvaluationObserver(), _ => { }, cancellation).ConfigureAwait(false);
        }

        var policy = PolicyFile.Read(CardPlan.Policy, DateOnly.FromDateTime(work.Time.GetUtcNow().UtcDateTime));
        var gated = new GateModels(Gate.ModelOf("post", folder.Post, cancellation), Gate.ModelOf("pre", folder.Pre, cancellation));
        var tests = QuickPlan.Of(policy, gated, CardPlan.AnswerTokens, hasData: false).Select(t => plan.Quick ? t with { Limit = 2, Tokens = 2L * t.Attempts * t.MaxTokens } : t)
            .Select(t => t.Why.Length == 0 && t.Tokens > plan.MostTokens ? t with { Why = string.Create(CultureInfo.InvariantCulture, $"more tokens than this study gives a task ({Quantity.Count(t.Tokens)} at most)") } : t);
        var became = await new QuickRun(models, null, work.Time).RunAsync([.. tests], state => state == ModelState.Pre ? folder.Pre : folder.Post, Path.Combine(evidence, "policy"), TimeSpan.FromDays(1), null, (_, _) => new EvaluationObserver(), cancellation).ConfigureAwait(false);
        string[] left = [.. became.Where(b => b.Became != QuickRun.Asked).Select(b => $"{string.Join(", ", b.Test.Tests)} ({RecipeWriter.Scalar(b.Test.State)}): {b.Became}")];
        AtomicFile.WriteText(work.Folder.Path(DoneFile), string.Concat(left.Select(l => l + "\n")));
    }
}

/// <summary>Gate and card of the model after mitigations, with a column of the one before.</summary>
internal sealed class CardReleaseChapter(string command) : Chapter<CardPlan>
{
    public override string Name => "release";

    public override string About => "the gate, and the system card with a column before and one after";

    public override IReadOnlyList<string> Inputs => new CardMeasureChapter().Outputs;

    public override IReadOnlyList<string> Outputs => [$"{CardFolder.Release}/{ReleaseWriter.CardName}", $"{CardFolder.Release}/{GateResult.FileName}"];

    public override double Seconds(CardPlan plan) => 5;

    public override RunOutcome Run(ChapterWork<CardPlan> work, CancellationToken cancellation)
    {
        var folder = new CardFolder(work.Folder);
        ReleaseWriter.Write(new ReleaseInput(folder.Post, folder.Pre, [folder.Path(CardFolder.Evidence)], CardPlan.Policy, folder.AlignedRun.Root, folder.Path(CardFolder.Release), command), work.Time.GetUtcNow(), cancellation);
        return RunOutcome.Completed;
    }

    public override IEnumerable<ReportChapter> Report(ChapterWork<CardPlan> work)
    {
        var release = work.Folder.Path(CardFolder.Release);
        if (WrittenGateResult.Read(release) is not { } gate) yield break;
        var card = CardFile.Read(Path.Combine(release, ReleaseWriter.CardName));
        yield return new ReportChapter("Gate and card")
        {
            Prose = [$"{CardPlan.Policy}, deploy: {gate.Text("outcome")}. {GateReport.Capital(gate.Text("why"))}."],
            Tables =
            [
                new ReportTable("Written", ["", "What it says"],
                [
                    [ReportCell.Of("system card") with { Link = $"{CardFolder.Release}/{ReleaseWriter.CardName}" }, ReportCell.Of(ReleaseWriter.Said(card))],
                    [ReportCell.Of("gate") with { Link = $"{CardFolder.Release}/{GateResult.PageName}" }, ReportCell.Of(string.Create(CultureInfo.InvariantCulture, $"{Decided(gate)} tests decided"))],
                ]),
                .. work.Plan.Quick ? Array.Empty<ReportTable>() : [new ReportTable("Before and after the mitigations", ["Measure", "Before", "After"], [.. Rows(card)], "Each with its 95% interval; the card has n, logs and hashes.")],
            ],
        };
    }

    private static int Decided(WrittenGateResult gate) => gate.Statement["tests"]!.AsArray().Count(t => (string?)t!["finding"] is "met" or "below");

    private static IEnumerable<IReadOnlyList<ReportCell>> Rows(System.Text.Json.Nodes.JsonObject card)
    {
        foreach (var row in card["figures"]!.AsArray().Select(f => f!.AsObject()).GroupBy(f => (string)f["row"]!, StringComparer.Ordinal))
            yield return [ReportCell.Of(row.Key), Cell(row, "pre"), Cell(row, "post")];

        static ReportCell Cell(IEnumerable<System.Text.Json.Nodes.JsonObject> figures, string state) =>
            ReportCell.Of(figures.FirstOrDefault(f => (string?)f["state"] == state) is { } figure ? string.Create(CultureInfo.InvariantCulture, $"{(double?)figure["value"]:0.000} ({(double?)figure["low"]:0.000} to {(double?)figure["high"]:0.000})") : "-");
    }
}
