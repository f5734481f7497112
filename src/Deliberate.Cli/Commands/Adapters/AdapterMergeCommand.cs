using System.CommandLine;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Writes a model with an adapter merged into its weights, as a folder that any program loads.</summary>
internal sealed class AdapterMergeCommand : CliCommand
{
    private readonly Argument<string> _adapter = AdapterCommand.Argument();
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The folder to write; it must not be there." };
    private readonly Option<string?> _base = AdapterCommand.BaseOption();

    public AdapterMergeCommand()
        : base(
            "merge",
            "Write the model with the adapter merged into its weights, in F32.",
            "deliberate adapter merge runs/gsm8k/checkpoints/final merged",
            "deliberate adapter merge from-a-friend merged --base models/Qwen3-0.6B")
    {
        Add(_adapter);
        Add(_output);
        Add(_base);
    }

    protected override int Run(ParseResult parsed)
    {
        var folder = AdapterCommand.Folder(parsed.GetRequiredValue(_adapter));
        using var file = AdapterFile.Open(folder);
        using var opened = PretrainedModel.OpenWith(CheckpointChoice.Find(parsed.GetValue(_base) ?? file.FindBase()).Location, folder);
        MergedModel.Write(parsed.GetRequiredValue(_output), opened, new MergedTensors(opened, file));
        Console.Out.WriteLine($"{parsed.GetRequiredValue(_output)}: {opened.BaseLocation} with {folder} merged into it.");
        return ExitCode.Success;
    }
}
