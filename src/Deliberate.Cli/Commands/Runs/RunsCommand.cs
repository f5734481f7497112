using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What is asked of runs that are there: which there are, how two compare, what they sampled, whether a step can be repeated.</summary>
internal sealed class RunsCommand : CliCommand
{
    public RunsCommand()
        : base(
            "runs",
            "List runs, compare two on the same problems, look at their samples, train a step again.",
            "deliberate runs list",
            "deliberate runs compare runs/a runs/b",
            "deliberate runs samples runs/a --step 10 --wrong",
            "deliberate runs retrain runs/a --step 11")
    {
        Add(new RunsListCommand());
        Add(new RunsCompareCommand());
        Add(new RunsSamplesCommand());
        Add(new RunsRetrainCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with runs?", advice: "deliberate runs list, compare, samples or retrain; see deliberate runs --help.");
}
