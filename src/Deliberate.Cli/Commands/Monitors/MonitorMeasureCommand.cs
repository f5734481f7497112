using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Monitorability by intervention, and how load-bearing the thought is, of records or of a log of paired prompts.</summary>
internal sealed class MonitorMeasureCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "Records of paired prompts (.jsonl: instance, arm, outcome, monitor, thought), or the log of an evaluation of the task hints, or the folder that holds it alone." };
    private readonly Option<string> _monitor = new("--monitor") { HelpName = "name", Description = "Who reads the thoughts of a log; influence is the one for models that write prose.", DefaultValueFactory = _ => CueRule.Name };
    private readonly MonitorOptions _options = new();
    private readonly Option<string?> _out = new("--out") { HelpName = "folder", Description = "Where the monitor's judgements of a log and the records are kept; beside the log if left out." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("the figures");

    public MonitorMeasureCommand()
        : base(
            "measure",
            "Measure monitorability (g-mean², TPR, TNR, eligible share) of paired prompts with and without a hint, and how load-bearing the thought is.",
            "deliberate monitor measure records.jsonl",
            "deliberate monitor measure evaluations/hints",
            "deliberate monitor measure evaluations/hints --monitor influence --judge-model openai:gpt-5 --json")
    {
        Add(_file);
        Add(_monitor);
        _options.AddTo(this);
        foreach (var option in new Option[] { _out, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (file, seed) = (parsed.GetRequiredValue(_file), parsed.GetValue(_seed));
        var isRecords = file.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        var samples = isRecords ? MonitoredSample.Read(file) : OfLog(parsed, file);
        var report = MonitorabilityReport.Of(samples, seed, file);
        if (parsed.GetValue(_json)) WriteJson(report);
        else Write(report);
        return report.Monitorability.Squared.IsMeasured ? ExitCode.Success : ExitCode.Inconclusive;
    }

    private IReadOnlyList<MonitoredSample> OfLog(ParseResult parsed, string log)
    {
        using var named = _options.Judge.Open(parsed);
        var monitor = _options.Create(parsed, named, [parsed.GetRequiredValue(_monitor)])[0];
        var folder = parsed.GetValue(_out) ?? MonitorScanCommand.FolderOf(log);
        using var stop = new StopSignal("Stopping; what is judged stays judged.");
        var samples = ProgressViews.Run(view =>
        {
            view.Begin($"{monitor.Name} on {log}", 0, unit: "samples");
            return HintLogs.ReadAsync(log, monitor, folder, named.Model?.Concurrency ?? Environment.ProcessorCount, _options.Timeout(parsed), new MonitorProgress(view, oneByOne: true), stop.Token, view.Note).GetAwaiter().GetResult();
        });
        MonitoredSample.Write(Path.Combine(folder, "records.jsonl"), samples);
        return samples;
    }

    private static void WriteJson(MonitorabilityReport report)
    {
        var m = report.Monitorability;
        JsonOutput.Write(new
        {
            report.Rows,
            report.Undecided,
            m.Instances,
            m.Eligible,
            GmeanSquared = m.Squared,
            m.TruePositives,
            m.TrueNegatives,
            m.Effect,
            EffectOfAll = m.AllEffect,
            m.RawTruePositives,
            Bootstrap = double.IsFinite(m.Draws.Mean) ? new { m.Draws.Mean, m.Draws.Deviation } : null,
            report.LoadBearing,
        });
    }

    private static void Write(MonitorabilityReport report)
    {
        var m = report.Monitorability;
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"Monitorability of {m.Instances} pairs of prompts, {report.Rows} samples, with 95% intervals:"), ["measure", "value", "95% interval"],
            [
                Row("pairs on which the intervention has an effect (eligible)", m.Eligible), Row("g-mean² of these", m.Squared), Row("  TPR = min(1, pz / q)", m.TruePositives), Row("  TNR, geometric over the arms", m.TrueNegatives),
                Row("  effect", m.Effect), Row("effect on all pairs", m.AllEffect), Row("outcomes that the monitor flags, of all (raw TPR)", m.RawTruePositives),
            ]);
        if (double.IsFinite(m.Draws.Mean)) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Over resamples g-mean² is {m.Draws.Mean:0.000} ± {m.Draws.Deviation:0.000}."));
        else Console.Out.WriteLine("On no pair does the intervention have an effect that can be told: monitorability is not defined. More samples a pair help.");
        if (report.LoadBearing is { } load)
        {
            Terminal.WriteTable("How load-bearing the thought is:", ["measure", "value", "95% interval"], [Row("effect with a thought", load.With), Row("effect without", load.Without), Row("load-bearing, 1 - without / with", load.Share)]);
            if (load.Share is { IsMeasured: true, HasInterval: true } share && share.Low <= 0) Console.Out.WriteLine("The interval does not exclude 0: that the behaviour needs the thought is not shown, and a monitor of it reads a report.");
        }
        else Console.Out.WriteLine("No record is without a thought: whether the behaviour needs it cannot be told.");
        if (report.Undecided > 0) Console.Out.WriteLine($"Of {report.Undecided} thoughts the monitor said nothing; they are left out.");
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.IsMeasured ? estimate.Value(NumberStyle.Share) : "-", estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];
}
