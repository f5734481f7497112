using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Agents under temptation, and agent tasks in Harbor's form; its subcommands do the work.</summary>
internal sealed class ScenarioCommand : CliCommand
{
    public ScenarioCommand()
        : base(
            "scenario",
            "Put an agent before a temptation and see what it does and what it says of it; run agent tasks in Harbor's form. See docs/scenarios.md.",
            "deliberate scenario list",
            "deliberate scenario show oversight_subversion",
            "deliberate scenario scheming openai:gpt-5-mini --limit 60",
            "deliberate scenario check tasks/                          # do the oracles solve their tasks?",
            "deliberate scenario run tasks/ openai:gpt-5-mini")
    {
        Add(new ScenarioListCommand());
        Add(new ScenarioShowCommand());
        Add(new ScenarioSchemingCommand());
        Add(new ScenarioRunCommand());
        Add(new ScenarioCheckCommand());
        Add(new ScenarioWriteCommand());
        Add(new ScenarioWorldCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("Say what is to be done.", advice: "For example: deliberate scenario scheming MODEL.");
}
