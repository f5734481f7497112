using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Training for programs that speak Tinker's interface; its subcommands do the work.</summary>
internal sealed class TinkerCommand : CliCommand
{
    public TinkerCommand()
        : base(
            "tinker",
            "Let programs that are written for Tinker (its Python SDK, its cookbook) train with this program's engine: their loop stays theirs. See docs/tinker.md.",
            "deliberate tinker serve HuggingFaceTB/SmolLM2-135M-Instruct=models/smollm2   # then TINKER_BASE_URL=http://127.0.0.1:5180",
            "deliberate tinker serve models/Qwen3-0.6B --leave-unembed   # for loops that leave train_unembed as it is")
    {
        Add(new TinkerServeCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done?", advice: "deliberate tinker serve MODEL.");
}
