using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What can be done with a model itself; its subcommands do the work.</summary>
internal sealed class ModelCommand : CliCommand
{
    public ModelCommand()
        : base(
            "model",
            "Look into a model: what it is, what it needs, where each part comes from. Write it in another format; get it from a hub, or put it there.",
            "deliberate model info SmolLM2-135M-Instruct.Q4_1.gguf",
            "deliberate model info runs/quickstart/arithmetic --json",
            "deliberate model convert models/Qwen3-0.6B qwen3.Q8_0.gguf --type q8_0",
            "deliberate model pull hf:HuggingFaceTB/SmolLM2-135M-Instruct")
    {
        Add(new ModelInfoCommand());
        Add(new ModelConvertCommand());
        Add(new ModelPullCommand());
        Add(new ModelPushCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the model.", advice: "For example: deliberate model info MODEL.");
}
