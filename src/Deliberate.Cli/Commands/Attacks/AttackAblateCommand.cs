using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Safety;

namespace Deliberate.Cli;

/// <summary>Writes a model without its refusal direction: the elicitation for a "pre-mitigation" state.</summary>
internal sealed class AttackAblateCommand : CliCommand
{
    private readonly Argument<string> _model = CheckpointChoice.Argument();
    private readonly Argument<string> _out = new("FOLDER") { Description = "Where the model without its refusal direction is written; replaced as a whole." };
    private readonly Option<string> _goals = new("--goals") { HelpName = "set", Description = "Requests that the model should decline, as deliberate attack takes them.", DefaultValueFactory = _ => AttackGoals.World };
    private readonly Option<string?> _data = new("--data") { HelpName = "folder", Description = "Folder that holds the goals' data; then nothing is fetched." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<bool> _json = CommonOptions.Json("what was found");

    public AttackAblateCommand()
        : base(
            "ablate",
            "Write a model without the direction in its residual stream by which it refuses: its pre-mitigation state, for the evaluations that a preparedness policy wants of that. Only for models that you may test, and not to be deployed.",
            "deliberate attack ablate runs/policy-world/training runs/policy-world-pre",
            "deliberate attack ablate model.gguf model-pre --goals harmbench --data data/harmbench")
    {
        Add(_model);
        Add(_out);
        foreach (var option in new Option[] { _goals, _data, _seed, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        ModelWriter.RefuseExisting(parsed.GetRequiredValue(_out));
        using var stop = new StopSignal("Stopping; nothing is written.");
        var context = new TaskContext { DataFolder = parsed.GetValue(_data), Seed = parsed.GetValue(_seed), Limit = 64 };
        var goals = AttackGoals.ReadAsync(parsed.GetRequiredValue(_goals), context, stop.Token).GetAwaiter().GetResult();
        var folder = parsed.GetRequiredValue(_out);
        var model = EvaluationSession.Checkpoint(parsed.GetRequiredValue(_model), threads: 0);
        try
        {
            var checkpoint = (CheckpointConnection)model.Connection;
            using var opened = new WhiteBoxModels.Opened(checkpoint.Model.Location);
            var found = RefusalDirection.Find(opened.WhiteBox, checkpoint, goals, parsed.GetValue(_seed), stop.Token);
            found.Write(folder, opened.Pretrained, stop.Token);
            if (parsed.GetValue(_json)) JsonOutput.Write(new { Folder = folder, found.Layer, found.LossBefore, found.LossAfter });
            else
            {
                Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Refusal direction found behind layer {found.Layer + 1} of {opened.WhiteBox.Layers}: answers that comply cost {found.LossAfter:0.000} nats a token without it, {found.LossBefore:0.000} with it."));
                Console.Out.WriteLine($"Model  {folder}");
            }
        }
        finally
        {
            model.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }

        return ExitCode.Success;
    }
}
