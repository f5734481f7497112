using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>
/// A checkpoint on the held-out problems of its run, or of a family: the family's task, with pass@k and majority@k up to the samples of
/// a problem, and lengths. The log, where one is wanted, has the samples in the order of the problems and no times: the same
/// evaluation is the same log.
/// </summary>
internal static class CheckpointEvaluation
{
    private const int UsualProblems = 300, UsualSamples = 4, UsualBudget = 192;

    public static int Run(string target, EvaluationOptions options, ParseResult parsed)
    {
        var choice = CheckpointChoice.Find(target, parsed.GetValue(options.Adapter));
        using var asked = ProblemChoice.For(choice, parsed.GetValue(options.Family), parsed.GetValue(options.Level));
        var (samples, seed, temperature) = (parsed.GetValue(options.Epochs) ?? UsualSamples, parsed.GetValue(options.Seed), parsed.GetValue(options.Temperature) ?? 1);
        if (temperature == 0 && samples > 1) throw new UserError("At temperature 0 all samples of a problem are the same.", field: "--samples", advice: "Use --samples 1, or a temperature above 0.");
        using var stop = new StopSignal("Stopping.");
        var model = CheckpointConnection.Open(choice.Location, choice.Location, choice.Recipe?.Reinforcement.Stop ?? [], parsed.GetValue(options.Threads), choice.Adapter, parsed.GetRequiredValue(options.Device));
        try
        {
            var drawn = asked.Set.Draw(Split.Test, parsed.GetValue(options.Limit) ?? UsualProblems, seed);
            var budget = BudgetOf(choice, (CheckpointConnection)model.Connection, drawn, parsed.GetValue(options.MaxTokens) ?? 0);
            using var log = parsed.GetValue(options.Log) is { } path ? SampleLog.Begin(path, "eval", json =>
            {
                json.WriteString("checkpoint"u8, choice.Location);
                json.WriteString("problems"u8, asked.Set.Name);
                if (asked.Level is { } level) json.WriteNumber("level"u8, level);
                json.WriteNumber("count"u8, drawn.Length);
                json.WriteNumber("samples"u8, samples);
                json.WriteNumber("seed"u8, seed);
                json.WriteNumber("temperature"u8, temperature);
                json.WriteNumber("max_tokens"u8, budget);
            }) : null;
            var settings = new RunSettings { Limit = drawn.Length, Epochs = samples, MaxTokens = budget, Temperature = temperature, Seed = seed };
            var graded = Ask(asked, model, settings, drawn, stop.Token);
            var summary = SampleSummary.Of(graded, seed);
            if (log is not null)
            {
                foreach (var one in graded) SampleLog.Append(log, one.Sample, one.Verdict);
                SampleLog.Finish(log, summary.Measures);
            }

            if (parsed.GetValue(options.Json)) JsonOutput.Write(new { Checkpoint = choice.Location, Family = asked.Set.Name, asked.Level, Seed = seed, Temperature = temperature, MaxTokens = budget, summary.Problems, summary.Samples, summary.HarnessErrors, summary.Measures, Log = LogOption.Json(parsed.GetValue(options.Log), log) });
            else Write(choice, asked, temperature, budget, summary);
            if (!parsed.GetValue(options.Json)) LogOption.Write(parsed.GetValue(options.Log), log);
            return ExitCode.Success;
        }
        finally
        {
            model.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Samples by problem and number, as the problems were drawn.</summary>
    private static List<ScoredSample> Ask(ProblemChoice asked, EvaluationModel model, RunSettings settings, Problem[] drawn, CancellationToken cancellation)
    {
        var task = FamilyTask.Of(asked.Set, asked.Set.Name, asked.Name, drawn.Length);
        var place = drawn.Select((p, i) => (p.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        return ProgressViews.Run(view =>
        {
            var collector = new Collector(view, asked.Name);
            new EvaluationRunner(task, model, settings, new TaskContext { Seed = settings.Seed }, collector).RunAsync(null, cancellation).GetAwaiter().GetResult();
            return collector.Samples.OrderBy(s => place[s.Sample.Problem.Id]).ThenBy(s => s.Epoch).Select(s => new ScoredSample(s.Sample, s.Verdict)).ToList();
        });
    }

    /// <summary>What the user says, else what the run evaluates with; it must leave room for every prompt.</summary>
    private static int BudgetOf(CheckpointChoice choice, CheckpointConnection model, Problem[] drawn, int given)
    {
        var budget = given > 0 ? given : choice.Recipe is { Evaluation: { Problems: > 0 } evaluation } ? evaluation.MaxTokens : Math.Min(UsualBudget, model.Context / 2);
        if (budget >= model.Context) throw new UserError($"a budget of {budget} tokens leaves no room for a prompt in the model's context of {model.Context}.", field: "--max-tokens", advice: "Lower it.");
        var longest = drawn.Max(p => model.Count([new("user", p.Prompt)]));
        if (longest + budget > model.Context) throw new UserError($"a prompt of {longest} tokens and a budget of {budget} exceed the model's context of {model.Context}.", field: "--max-tokens", advice: "Lower it.");
        return budget;
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

    private sealed class Collector(IProgressView view, string name) : EvaluationObserver
    {
        public List<EvaluatedSample> Samples { get; } = [];

        public override void Begin(int samples, int finished) => view.Begin(name, samples, unit: "samples");

        public override void Done(EvaluatedSample sample)
        {
            Samples.Add(sample);
            view.Advance(Samples.Count, "");
        }
    }
}
