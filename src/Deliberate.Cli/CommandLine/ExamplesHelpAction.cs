using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Deliberate.Cli;

/// <summary>The library's help, followed by the command's examples and, for the program itself, the exit codes.</summary>
internal sealed class ExamplesHelpAction(HelpAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var examples = command is CliCommand one ? one.Examples : ["deliberate quickstart   # two models learn to reason; a report in some minutes", "deliberate train recipes/arithmetic.yaml --set seed=2", "deliberate COMMAND --help"];
        output.WriteLine("Examples:");
        foreach (var example in examples) output.WriteLine($"  {example}");
        output.WriteLine();
        if (command is not CliCommand) output.WriteLine($"Exit codes: {string.Join(", ", ExitCode.All.Select(known => $"{known.Code} {known.Meaning}"))}.");
        return ExitCode.Success;
    }
}
