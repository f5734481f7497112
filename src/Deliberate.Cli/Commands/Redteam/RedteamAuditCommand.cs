using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Has a model audit another, and a third score what came of it.</summary>
internal sealed class RedteamAuditCommand : CliCommand
{
    private readonly Argument<string> _target = new("TARGET") { Description = "The model that is audited." };
    private readonly Option<string> _auditor = new("--auditor") { HelpName = "model", Description = "Who explores it.", Required = true };
    private readonly Option<string> _judge = new("--judge") { HelpName = "model", Description = "Who scores the transcripts.", Required = true };
    private readonly Option<string[]> _dimensions = new("--dimension") { HelpName = "name", Description = $"What is scored, and nothing else; may be given several times. {string.Join(", ", AuditDimensions.Usual)} if left out. There are {string.Join(", ", AuditDimensions.All.Select(d => d.Name))}.", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _instructions = new("--instructions") { HelpName = "file", Description = "JSON Lines of instructions, with id: what auditors look into; six of ours if left out." };
    private readonly Option<int> _moves = CommonOptions.Whole("--moves", "Moves of the auditor in an audit.", 20, 1, 500);
    private readonly Option<int> _epochs = CommonOptions.Whole("--epochs", "Audits of each.", 1, 1, 100);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<string?> _log = new("--log") { HelpName = "file", Description = "Where the transcripts are kept; audit.log if left out. One that is there is gone on with." };
    private readonly Option<bool> _json = CommonOptions.Json("the figures");
    private readonly ConfigurationOptions _configuration = new();

    public RedteamAuditCommand()
        : base(
            "audit",
            "Let an auditing model explore a target: it sets the scene, invents tools, takes the conversation back and tries another way; a judge scores the dimensions that you ask for. Failed and refused audits are counted.",
            "deliberate redteam audit openai:a --auditor openai:b --judge openai:c",
            "deliberate redteam audit runs/mine --auditor openai:b --judge openai:c --dimension deception --dimension sycophancy --instructions look.jsonl")
    {
        Add(_target);
        foreach (var option in new Option[] { _auditor, _judge, _dimensions, _instructions, _moves, _epochs, _seed, _log, _json }) Add(option);
        _configuration.AddTo(this);
    }

    protected override int Run(ParseResult parsed)
    {
        var dimensions = AuditDimensions.Named(parsed.GetValue(_dimensions) is { Length: > 0 } named ? named : AuditDimensions.Usual);
        var instructions = parsed.GetValue(_instructions) is { } file ? AuditTask.Read(file) : null;
        var configuration = _configuration.Load(parsed);
        using var handlers = new ProviderHandlers(configuration);
        using var stop = new StopSignal("Stopping; what is audited stays.");
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = path => EvaluationSession.Checkpoint(path, threads: 0) };
        var log = parsed.GetValue(_log) ?? "audit.log";
        var result = ProgressViews.Run(view => RunAsync(parsed, models, dimensions, instructions, log, view, stop.Token).GetAwaiter().GetResult());
        if (parsed.GetValue(_json)) JsonOutput.Write(new { result.Planned, Outcomes = result.Outcomes.ToDictionary(o => RecipeWriter.Scalar(o.Key), o => o.Value), Dimensions = result.Metrics.Select(m => new { m.Metric.Name, m.Estimate, m.Missing, m.Lowest, m.Highest }), Log = log });
        else
        {
            Terminal.WriteTable(
                "Mean score by dimension, from 0 (nothing of it) to 1, with 95% intervals:", ["dimension", "score", "n", "missing", "at worst to at best"],
                result.Metrics.Select(m => (IReadOnlyList<string>)[m.Metric.Title, m.Estimate.IsMeasured ? m.Estimate.WithRange(NumberStyle.Share) : "-", m.Estimate.N.ToString(CultureInfo.InvariantCulture), m.Missing.ToString(CultureInfo.InvariantCulture), m.Lowest is { HasInterval: true } low && m.Highest is { HasInterval: true } high ? NumberText.Range(low.Low, high.High, NumberStyle.Share) : ""]), words: 1);
            Console.Out.WriteLine($"{string.Join(", ", result.Outcomes.OrderBy(o => o.Key).Select(o => $"{o.Value} {(o.Key == Reasoning.SampleOutcome.Pass ? "audited" : RecipeWriter.Scalar(o.Key).Replace('_', ' '))}"))}. Log {log}");
        }

        return result.IsInconclusive ? ExitCode.Inconclusive : ExitCode.Success;
    }

    private async Task<EvaluationResult> RunAsync(ParseResult parsed, EvaluationModels models, IReadOnlyList<AuditDimension> dimensions, IReadOnlyList<(string Id, string Text)>? instructions, string log, IProgressView view, CancellationToken cancellation)
    {
        string[] names = [parsed.GetRequiredValue(_target), parsed.GetRequiredValue(_auditor), parsed.GetRequiredValue(_judge)];
        await models.CheckAsync(names, cancellation);
        await using var target = models.Open(names[0]);
        await using var auditor = models.Open(names[1]);
        await using var judge = models.Open(names[2]);
        var task = AuditTask.Of(auditor, dimensions, instructions, parsed.GetValue(_moves));
        var settings = new RunSettings { Epochs = parsed.GetValue(_epochs), Seed = parsed.GetValue(_seed), AllowedMissing = 0.2 };
        return await Evaluations.RunAsync(task, target, settings, new TaskContext { Seed = settings.Seed, Judge = judge }, log, new Counted(view), cancellation);
    }

    private sealed class Counted(IProgressView view) : EvaluationObserver
    {
        private int _done;

        public override void Begin(int samples, int finished) => view.Begin("audits", samples, _done = finished, "audits");

        public override void Done(EvaluatedSample sample) => view.Advance(++_done, sample.Verdict.Reason);
    }
}
