using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Measures a checkpoint on held-out problems: accuracy of one sample, of the best of k, of a vote of k, with 95% intervals.</summary>
internal sealed class EvalCommand : CliCommand
{
    private readonly Argument<string> _checkpoint = CheckpointChoice.Argument();
    private readonly Option<string?> _family = CheckpointChoice.FamilyOption();
    private readonly Option<int> _level = CommonOptions.Whole("--level", "Level of the problems; 0 for the one that the run evaluates on.", 0, 0, 1000);
    private readonly Option<int> _problems = CommonOptions.Whole("--problems", "Held-out problems.", 300, 1, 1_000_000);
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "Completions of each, for pass@k and majority@k up to k = samples.", 4, 1, 1024);
    private readonly Option<double> _temperature = CommonOptions.Real("--temperature", "0 takes the most likely token.", 1, 0, 100);
    private readonly Option<int> _maxTokens = CommonOptions.Whole("--max-tokens", "Token budget of a completion; 0 for the run's.", 0, 0, 1 << 20);
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string?> _log = LogOption.Create();
    private readonly Option<string[]> _models = new("--model") { HelpName = "model", Description = "Ask this model the task that stands in the checkpoint's place, as family:arithmetic@3; may be given several times.", DefaultValueFactory = _ => [] };
    private readonly Option<int?> _limit = CommonOptions.OptionalWhole("--limit", "Items of a task.", 1);
    private readonly Option<int?> _epochs = CommonOptions.OptionalWhole("--epochs", "Samples of each item of a task.", 1, 1024);
    private readonly Option<string> _out = new("--out") { HelpName = "folder", Description = "Where a task's logs are kept.", DefaultValueFactory = _ => "runs/evaluations" };
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");

    public EvalCommand()
        : base(
            "eval",
            "Measure a checkpoint on held-out problems: pass@1, pass@k, majority@k, with 95% intervals.",
            "deliberate eval runs/quickstart/arithmetic",
            "deliberate eval runs/quickstart/countdown/checkpoints/base --problems 1000 --samples 16 --json",
            "deliberate eval runs/quickstart/arithmetic --level 5        # harder than what it was trained on",
            "deliberate eval runs/quickstart/arithmetic --log eval.log  # every sample, to be read with deliberate log show")
    {
        Add(_checkpoint);
        Add(new EvalPlanCommand());
        foreach (var option in new Option[] { _family, _level, _problems, _samples, _temperature, _maxTokens, _seed, _threads, _log, _models, _limit, _epochs, _out, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        if (parsed.GetValue(_models) is { Length: > 0 } models)
        {
            var settings = new RunSettings { Limit = parsed.GetValue(_limit), Epochs = parsed.GetValue(_epochs), Seed = parsed.GetValue(_seed) };
            return EvaluationSession.Run(parsed.GetRequiredValue(_checkpoint), models, settings, parsed.GetValue(_out)!, parsed.GetValue(_json));
        }

        var choice = CheckpointChoice.Find(parsed.GetRequiredValue(_checkpoint));
        using var asked = ProblemChoice.For(choice, parsed.GetValue(_family), parsed.GetValue(_level));
        var (samples, seed, temperature) = (parsed.GetValue(_samples), parsed.GetValue(_seed), parsed.GetValue(_temperature));
        if (temperature == 0 && samples > 1) throw new UserError("At temperature 0 all samples of a problem are the same.", field: "--samples", advice: "Use --samples 1, or a temperature above 0.");
        using var stop = new StopSignal("Stopping.");
        using var loaded = LoadedCheckpoint.Open(choice, parsed.GetValue(_threads), parsed.GetValue(_maxTokens));
        var drawn = asked.Set.Draw(Split.Test, parsed.GetValue(_problems), seed);
        var (problems, longest) = (drawn.Length, drawn.Max(p => loaded.Request(p, []).Prompt.Length));
        using var log = parsed.GetValue(_log) is { } path ? SampleLog.Begin(path, Name, json =>
        {
            json.WriteString("checkpoint"u8, choice.Location);
            json.WriteString("problems"u8, asked.Set.Name);
            if (asked.Level is { } level) json.WriteNumber("level"u8, level);
            json.WriteNumber("count"u8, problems);
            json.WriteNumber("samples"u8, samples);
            json.WriteNumber("seed"u8, seed);
            json.WriteNumber("temperature"u8, temperature);
            json.WriteNumber("max_tokens"u8, loaded.MaxTokens);
        }) : null;
        using var sampler = loaded.Sampler(problems * samples, longest);
        var graded = ProgressViews.Run(view =>
        {
            view.Begin(asked.Name, problems * samples, unit: "samples");
            return new SampleLoop(sampler, loaded.Encoder, asked.Set).Evaluate(drawn, samples, loaded.MaxTokens, new SamplingOptions { Temperature = temperature }, seed, new Reporter(view), stop.Token);
        });
        var summary = SampleSummary.Of(graded, seed);
        if (log is not null)
        {
            foreach (var one in graded) SampleLog.Append(log, one.Sample, one.Verdict);
            SampleLog.Finish(log, summary.Measures);
        }

        if (parsed.GetValue(_json)) JsonOutput.Write(new { Checkpoint = choice.Location, Family = asked.Set.Name, asked.Level, Seed = seed, Temperature = temperature, loaded.MaxTokens, summary.Problems, summary.Samples, summary.HarnessErrors, summary.Measures, Log = LogOption.Json(parsed.GetValue(_log), log) });
        else Write(choice, asked, temperature, loaded.MaxTokens, summary);
        if (!parsed.GetValue(_json)) LogOption.Write(parsed.GetValue(_log), log);
        return ExitCode.Success;
    }

    private static void Write(CheckpointChoice choice, ProblemChoice asked, double temperature, int maxTokens, SampleSummary summary)
    {
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{choice.Location} on {summary.Problems} held-out problems of {asked.Name}, {summary.Samples} samples each at temperature {temperature}, at most {maxTokens} tokens:"),
            ["measure", "value", "95% interval", "by"],
            summary.Measures.Select(m => (string[])[m.Name, m.Estimate.Value(m.Style), m.Estimate.HasInterval ? m.Estimate.Range(m.Style) : "-", m.Estimate.Method.Words()]));
        if (summary.HarnessErrors > 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The verifier failed on {summary.HarnessErrors} samples: they are left out."));
        if (asked.HasSeveralAnswers) Console.Out.WriteLine("Countdown problems have several right answers: in a vote they count as one.");
    }

    /// <summary>Tells the view on the calling thread, which <see cref="Progress{T}"/> would not.</summary>
    private sealed class Reporter(IProgressView view) : IProgress<int>
    {
        public void Report(int value) => view.Advance(value, "");
    }
}
