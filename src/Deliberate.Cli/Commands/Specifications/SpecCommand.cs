using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Written safety specifications; its subcommands do the work.</summary>
internal sealed class SpecCommand : CliCommand
{
    public SpecCommand()
        : base(
            "spec",
            "Safety specifications in Markdown: check, show and compare them; write the small world that they can be tried in, and requests of public sets.",
            "deliberate spec show general --output my-specification   # the shipped one, to be edited",
            "deliberate spec check my-specification",
            "deliberate spec diff general my-specification",
            "deliberate spec world runs/world",
            "deliberate spec prompts requests.jsonl --data data")
    {
        Add(new SpecCheckCommand());
        Add(new SpecShowCommand());
        Add(new SpecDiffCommand());
        Add(new SpecWorldCommand());
        Add(new SpecPromptsCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what to do with the specification.", advice: "For example: deliberate spec check FOLDER.");
}
