using System.CommandLine;
using Deliberate.Models;

namespace Deliberate.Cli;

/// <summary>Takes an adapter out of the weights that it was merged into.</summary>
internal sealed class AdapterUnmergeCommand : CliCommand
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The model that the adapter was merged into." };
    private readonly Argument<string> _adapter = AdapterCommand.Argument();
    private readonly Argument<string> _output = new("OUTPUT") { Description = "The folder to write; it must not be there." };

    public AdapterUnmergeCommand()
        : base(
            "unmerge",
            "Write the model as it was before the adapter was merged into its weights, to rounding; not with magnitudes, nor where modules were saved whole.",
            "deliberate adapter unmerge merged runs/gsm8k/checkpoints/final base-again",
            "deliberate adapter unmerge merged runs/gsm8k base-again                    # the run's newest checkpoint")
    {
        Add(_model);
        Add(_adapter);
        Add(_output);
    }

    protected override int Run(ParseResult parsed)
    {
        using var opened = PretrainedModel.Open(CheckpointChoice.Find(parsed.GetRequiredValue(_model)).Location);
        using var file = AdapterFile.Open(AdapterCommand.Folder(parsed.GetRequiredValue(_adapter)));
        MergedModel.Write(parsed.GetRequiredValue(_output), opened, new MergedTensors(opened, file, unmerge: true));
        Console.Out.WriteLine($"{parsed.GetRequiredValue(_output)}: {opened.Location} without {file.Folder}.");
        return ExitCode.Success;
    }
}
