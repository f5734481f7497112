using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Measures how much more a model does when it is asked better: the elicitation gap.</summary>
internal sealed class GateElicitCommand : CliCommand
{
    private readonly Argument<string> _task = new("TASK") { Description = "A task of deliberate eval." };
    private readonly Option<string?> _model = new("--model") { HelpName = "model", Description = "A checkpoint, a run folder, or PROVIDER:NAME." };
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Items; as the task has it if left out.", 1, 1_000_000);
    private readonly Option<int> _attempts = CommonOptions.Whole("--attempts", "Samples of each item: the best of them is one of the ways.", 4, 1, 128);
    private readonly Option<int> _shots = CommonOptions.Whole("--shots", "Worked examples, of templates that the test never draws from; 0 for none.", 2, 0, 32);
    private readonly Option<int?> _tokens = CommonOptions.OptionalWhole("--max-tokens", "Token budget of an answer.", 1, 1 << 24);
    private readonly Option<bool> _fineTune = new("--fine-tune") { Description = "Also train a low-rank adapter on worked items of the templates of development, and measure the trained model on the same items: a checkpoint on this machine is needed." };
    private readonly Option<int> _examples = CommonOptions.Whole("--examples", "For --fine-tune: worked items to train on.", 200, 1, 1_000_000);
    private readonly Option<int> _epochs = CommonOptions.Whole("--epochs", "For --fine-tune: passes over them.", 3, 1, 1000);
    private readonly Option<int> _rank = CommonOptions.Whole("--rank", "For --fine-tune: of the adapter.", 16, 1, 1024);
    private readonly Option<string> _out = new("--out") { HelpName = "folder", Description = "Where a log of each way, the training and elicitation.json are kept; gone on with where they are there. A gate reads it as evidence.", DefaultValueFactory = _ => "elicitation" };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the ways and the gap");
    private readonly ConfigurationOptions _configuration = new();

    public GateElicitCommand()
        : base(
            "elicit",
            "Measure the elicitation gap: what worked examples, an instruction to think, training on the task and the best of several attempts bring over asking plainly, on the same items.",
            "deliberate gate elicit protocol-questions --model runs/my-model --limit 60",
            "deliberate gate elicit hazard-questions --model runs/my-model --fine-tune --examples 400 --out elicitation/hazard",
            "deliberate gate elicit research-coding --model runs/my-model --attempts 8 --shots 3 --out elicitation --json")
    {
        Add(_task);
        foreach (var option in new Option[] { _model, _limit, _attempts, _shots, _tokens, _fineTune, _examples, _epochs, _rank, _out, _seed, _threads, _json }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var task = EvaluationTasks.Get(parsed.GetRequiredValue(_task));
        var name = parsed.GetValue(_model) ?? throw new UserError("Which model?", field: "--model", advice: "deliberate gate elicit TASK --model MODEL.");
        using var stop = new StopSignal("Stopping; what is done stays done.");
        var configuration = _configuration.Load(parsed);
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = n => EvaluationSession.Checkpoint(n, parsed.GetValue(_threads)) };
        var settings = new RunSettings { Limit = parsed.GetValue(_limit), Epochs = parsed.GetValue(_attempts), MaxTokens = parsed.GetValue(_tokens), Temperature = 1, Seed = parsed.GetValue(_seed) };
        var context = new TaskContext { Seed = settings.Seed, Http = handlers };
        var folder = parsed.GetRequiredValue(_out);
        var training = parsed.GetValue(_fineTune) ? new TaskTrainingSettings(parsed.GetValue(_examples), parsed.GetValue(_epochs), parsed.GetValue(_rank)) : null;
        var ways = ProgressViews.Run(view =>
        {
            // The model's own memory is given back before another beside it is needed.
            (string Checkpoint, string DataSha256)? trained = training is null ? null : TaskTraining.Train(task, Location(name), training, folder, parsed.GetValue(_threads), new RunProgress(view, $"{task.Name}, training"), stop.Token) ?? throw new OperationCanceledException(stop.Token);
            return MeasureAsync(models, name, task, settings, context, parsed.GetValue(_shots), folder, trained, training, way => new ProgressObserver(view, $"{task.Name}, {way}"), stop.Token).GetAwaiter().GetResult();
        });
        var best = ElicitationGap.Best(ways);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Task = task.Id, Model = name, Ways = ways.Select(w => new { w.Way, Value = Finite(w.Figure.Value), Low = Finite(w.Figure.Low), High = Finite(w.Figure.High), w.Figure.N, Gap = Finite(w.Difference?.Value), GapLow = Finite(w.Difference?.Low), GapHigh = Finite(w.Difference?.High), w.Log }), Best = best?.Way, Gap = Finite(best?.Difference?.Value), Record = Path.Combine(folder, ElicitationRecord.FileName) });
            return ExitCode.Success;
        }

        Terminal.WriteTable($"{task.Title}:", ["way", task.Metrics[0].Title, "over plain"], ways.Select(w => (IReadOnlyList<string>)[w.Way, w.Figure.WithRange(NumberStyle.Share), w.Difference?.WithRange(NumberStyle.Share) ?? "-"]));
        Console.Out.WriteLine(best is null ? "There is no other way to ask that could be compared." : string.Create(CultureInfo.InvariantCulture, $"Elicitation gap: {best.Difference!.WithRange(NumberStyle.Share)} by {best.Way}; {ElicitationGap.Says(training is not null)}."));
        return ExitCode.Success;
    }

    /// <exception cref="UserError">It is no checkpoint on this machine: nothing else can be trained.</exception>
    private static string Location(string name) => name.Contains(':', StringComparison.Ordinal) && !Path.Exists(name) && !name.StartsWith("hf:", StringComparison.Ordinal)
        ? throw new UserError("Only a checkpoint on this machine can be trained on the task.", name, field: "--fine-tune", advice: "Name a run, a checkpoint or a file, or leave --fine-tune out.")
        : CheckpointChoice.Find(name).Location;

    /// <summary>What was not measured is no number.</summary>
    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static async Task<IReadOnlyList<ElicitedWay>> MeasureAsync(EvaluationModels models, string name, EvaluationTask task, RunSettings settings, TaskContext context, int shots, string folder, (string Checkpoint, string DataSha256)? trained, TaskTrainingSettings? training, Func<string, EvaluationObserver> observe, CancellationToken cancellation)
    {
        await models.CheckAsync([name], cancellation).ConfigureAwait(false);
        await using var model = models.Open(name);
        await using var after = trained is { } one ? models.Open(one.Checkpoint) : null;
        var ways = await ElicitationGap.MeasureAsync(model, task, settings, context, shots, folder, observe, cancellation, after).ConfigureAwait(false);
        new ElicitationRecord
        {
            Task = task.Name,
            TaskVersion = task.Version,
            Model = model.Description.Hash ?? "",
            Ways = [.. ways.Select(w => ElicitationRecord.Kept(w, folder))],
            Training = after?.Description.Hash is { } hash ? new KeptTraining(hash, trained!.Value.Checkpoint, training!.Examples, training.Epochs, training.Rank, trained.Value.DataSha256) : null,
        }.Write(folder);
        return ways;
    }
}
