using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What is asked of the configuration.</summary>
internal sealed class ConfigCommand : CliCommand
{
    public ConfigCommand()
        : base(
            "config",
            "Show the configuration of providers, check it, ask each provider whether address and key are right.",
            "deliberate config show",
            "deliberate config check --connect",
            "deliberate config schema --output deliberate.schema.json")
    {
        Add(new ConfigShowCommand());
        Add(new ConfigCheckCommand());
        Add(new SchemaCommand<ProgramSettings>("config", "Deliberate configuration", "the configuration", "deliberate"));
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with the configuration?", advice: "deliberate config show, check or schema; see deliberate config --help.");
}
