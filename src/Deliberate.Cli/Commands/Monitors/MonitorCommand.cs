using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Monitors of the thought: which there are, how good they are, what they say of stored samples; monitorability; summaries.</summary>
internal sealed class MonitorCommand : CliCommand
{
    public MonitorCommand()
        : base(
            "monitor",
            "Monitors that read chains of thought: scan stored samples, hold a monitor against labels, train one, measure monitorability, summarise thoughts.",
            "deliberate monitor list",
            "deliberate monitor scan runs/my-arithmetic",
            "deliberate monitor measure records.jsonl")
    {
        Add(new MonitorListCommand());
        Add(new MonitorScanCommand());
        Add(new MonitorValidateCommand());
        Add(new MonitorTrainCommand());
        Add(new MonitorMeasureCommand());
        Add(new MonitorWorldCommand());
        Add(new MonitorSummariseCommand());
    }

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with monitors?", advice: "deliberate monitor list, scan, validate, train, measure, world or summarise; see deliberate monitor --help.");
}
