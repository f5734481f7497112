using System.CommandLine;
using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Trains one step of reinforcement learning again from its stored samples, and compares with what the run recorded.</summary>
internal sealed class RunsRetrainCommand : CliCommand
{
    private readonly Argument<string> _run = new("RUN") { Description = "A run folder; it is not changed." };
    private readonly Option<int> _step = new("--step") { HelpName = "number", Description = "The step, from 1; there must be a checkpoint right before it.", Required = true };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the comparison");

    public RunsRetrainCommand()
        : base(
            "retrain",
            "Train a step again from its saved samples: loss, gradient norm and weights must come out the same, bit for bit.",
            "deliberate runs retrain runs/a --step 1",
            "deliberate runs retrain runs/a --step 51 --json",
            "deliberate runs retrain runs/a --step 51 --set reinforcement.objective=grpo   # what else would have come of the same samples")
    {
        Add(_run);
        foreach (var option in new Option[] { _step, _set, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (step, set) = (parsed.GetRequiredValue(_step), parsed.GetValue(_set) ?? []);
        if (step < 1) throw new Core.UserError($"\"{step}\" is not a whole number from 1.", field: "--step");
        var replay = StepReplay.Run(RunNames.Existing(parsed.GetRequiredValue(_run)), step, parsed.GetValue(_threads), set);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { replay.Step, replay.Checkpoint, replay.Groups, replay.Samples, replay.Numbers, replay.DifferentAdvantages, replay.After, replay.WeightsDiffer, replay.IsSame });
        else Write(replay, set.Length > 0);
        return replay.IsSame || set.Length > 0 ? ExitCode.Success : ExitCode.RequirementFailed;
    }

    private static void Write(StepReplay replay, bool isChanged)
    {
        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        Terminal.WriteTable(
            $"Step {replay.Step} again from checkpoint {replay.Checkpoint}: {replay.Samples} samples of {replay.Groups} problems.",
            ["number", "recorded", "again", "same bits"],
            replay.Numbers.Select(n => (string[])[n.Name, Text(n.Recorded), Text(n.Again), n.IsSame ? "yes" : "no"]));
        Console.Out.WriteLine(replay.DifferentAdvantages == 0 ? "The advantages are those that were stored." : $"{replay.DifferentAdvantages} advantages are not those that were stored.");
        if (replay.After is { } after) Console.Out.WriteLine(replay.WeightsDiffer == 0 ? $"The weights are those of checkpoint {after}, bit for bit." : $"{replay.WeightsDiffer} weights are not those of checkpoint {after}.");
        if (replay.IsSame) Console.Out.WriteLine("Everything came out the same.");
        else if (isChanged) Console.Out.WriteLine("The settings were changed, so it may differ.");
        else if (replay.Device.Here != replay.Device.Run) Console.Out.WriteLine($"It differs: the run was made on \"{replay.Device.Run}\", this machine is \"{replay.Device.Here}\".");
        else Console.Out.WriteLine("It differs, and should not: samples.jsonl or the checkpoint was changed, or the run was made by another version.");
    }
}
