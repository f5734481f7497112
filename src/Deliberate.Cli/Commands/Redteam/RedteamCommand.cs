using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Red teaming by people and by an auditing model; its subcommands do the work.</summary>
internal sealed class RedteamCommand : CliCommand
{
    public RedteamCommand()
        : base(
            "redteam",
            "Let people test models, blind: two side by side, or an arena of goals; and let a model audit another. See docs/redteam.md.",
            "deliberate redteam create side-by-side --model openai:a --model openai:b",
            "deliberate redteam create break-it --arena --goals goals.jsonl --model openai:a --judge openai:j",
            "deliberate redteam serve                                  # the pages; prints the link that makes you their owner",
            "deliberate redteam results side-by-side",
            "deliberate redteam export break-it attempts.jsonl --reached",
            "deliberate redteam audit openai:a --auditor openai:b --judge openai:c")
    {
        Add(new RedteamCreateCommand());
        Add(new RedteamServeCommand());
        Add(new RedteamResultsCommand());
        Add(new RedteamExportCommand());
        Add(new RedteamJudgeCommand());
        Add(new RedteamAuditCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what is to be done.", advice: "For example: deliberate redteam create NAME --model A --model B, then deliberate redteam serve.");
}
