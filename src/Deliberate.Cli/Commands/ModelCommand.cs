using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What can be done with a model itself; its subcommands do the work.</summary>
internal sealed class ModelCommand : CliCommand
{
    public ModelCommand()
        : base(
            "model",
            "Look into a model: what it is, what it needs, where each part comes from.",
            "deliberate model info SmolLM2-135M-Instruct.Q4_1.gguf",
            "deliberate model info runs/quickstart/arithmetic --json") => Add(new ModelInfoCommand());

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the model.", advice: "For example: deliberate model info MODEL.");
}
