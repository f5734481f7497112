using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Tensors;

namespace Deliberate.Cli;

/// <summary>Holds a reward model against labels: does it find the first wrong step, and are its probabilities as often true as they say.</summary>
internal sealed class LabelsJudgeCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "Labels that the model has not learned from, in any of the forms." };
    private readonly Option<string> _model = new("--model") { HelpName = "folder", Description = $"Who is measured: {SolutionJudges.Help}.", Required = true };
    private readonly Option<double> _threshold = CommonOptions.Real("--threshold", "P(wrong) above which a step is called wrong.", 0.5, 0, 1);
    private readonly Option<bool> _calibrate = new("--calibrate") { Description = "Write the best temperature into the model's reward_model.json." };
    private readonly Option<string?> _chart = new("--chart") { HelpName = "file.svg", Description = "Draw the reliability diagram." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<string> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json("the measurements");

    public LabelsJudgeCommand()
        : base(
            "judge",
            "Measure a reward model on labels: F1 of the first wrong step as ProcessBench has it, AUC of steps, calibration.",
            "deliberate labels judge held-out.jsonl --model runs/prm",
            "deliberate labels judge held-out.jsonl --model runs/prm --calibrate --chart reliability.svg",
            "deliberate labels judge held-out.jsonl --model free:runs/my-arithmetic   # nobody labelled anything for it")
    {
        Add(_file);
        foreach (var option in new Option[] { _model, _threshold, _calibrate, _chart, _threads, _device, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var name = parsed.GetRequiredValue(_model);
        var isTrained = !name.StartsWith(SolutionJudges.LabelFree, StringComparison.Ordinal);
        if (parsed.GetValue(_calibrate) && !isTrained) throw new UserError("A verifier without labels has no file that a temperature could be written into.", field: "--calibrate", advice: "Leave it out.");
        var folder = isTrained ? CheckpointChoice.Find(name).Location : name;
        using var stop = new StopSignal("Stopping.");
        StepwiseExample[] examples = [.. LabelFile.Read(parsed.GetRequiredValue(_file)).Select(l => l.Example)];
        if (examples.Length == 0) throw new UserError("The file holds no labels.", parsed.GetRequiredValue(_file));
        using var device = Device.Shared(parsed.GetRequiredValue(_device), parsed.GetValue(_threads));
        using var judge = SolutionJudges.Open(name, path => CheckpointChoice.Find(path).Location, device);
        var judged = ProgressViews.Run(view =>
        {
            view.Begin(Path.GetFileName(folder), examples.Length, unit: "solutions");
            return LabelJudgement.Of(judge, examples, parsed.GetValue(_threshold), done => view.Advance(done, ""), stop.Token);
        });
        if (parsed.GetValue(_calibrate)) AtomicFile.Write(Path.Combine(folder, RewardModelFile.FileName), stream => stream.Write((RewardModelFile.Read(folder) with { Temperature = judged.Temperature }).ToBytes()));
        if (parsed.GetValue(_chart) is { } chart) AtomicFile.WriteText(chart, StandaloneSvg.Render(Diagram(judged.Steps)));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Model = folder, File = parsed.GetRequiredValue(_file), Threshold = parsed.GetValue(_threshold), judged.Solutions, judged.TooLong, judged.Bench, judged.StepAuc, Reliability = judged.Steps, judged.Temperature });
        else Write(folder, judged);
        return ExitCode.Success;
    }

    private static LineChart Diagram(Reliability steps) => new(
        "Reliability of step probabilities", ChartAxis.Share("predicted: the step is right"), ChartAxis.Share("observed share of right steps"),
        [new LineSeries("as it says", ChartTone.Slate, [new ChartPoint(0, 0), new ChartPoint(1, 1)]), new LineSeries("observed", ChartTone.Blue, [.. steps.Bins.Select(b => new ChartPoint(b.Predicted, b.Observed.Value, b.Observed.Low, b.Observed.High))])]);

    private static void Write(string folder, LabelJudgement judged)
    {
        Terminal.WriteTable(
            string.Create(CultureInfo.InvariantCulture, $"{folder} on {judged.Solutions} solutions{(judged.TooLong > 0 ? $", {judged.TooLong} too long ones left out" : "")}:"), ["measure", "value", "95% interval"],
            [Row("first mistake found", judged.Bench.Erroneous), Row("right solutions let pass", judged.Bench.Correct), Row("F1", judged.Bench.F1)]);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"AUC of steps {judged.StepAuc:0.000}, expected calibration error {judged.Steps.ExpectedError:0.000}, best temperature {judged.Temperature:0.00}."));
    }

    private static string[] Row(string name, Estimate estimate) => [name, estimate.Value(NumberStyle.Share), estimate.HasInterval ? estimate.Range(NumberStyle.Share) : "-"];
}
