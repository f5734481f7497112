using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>What is asked of logs that commands wrote with <c>--log</c>.</summary>
internal sealed class LogCommand : CliCommand
{
    public LogCommand()
        : base(
            "log",
            "Look into logs of samples, check that nothing in them was changed, mend one whose writer was killed, read and write other programs' forms.",
            "deliberate log verify eval.log",
            "deliberate log show eval.log --record 7",
            "deliberate log repair eval.log",
            "deliberate log export eval.log --format csv")
    {
        Add(new LogVerifyCommand());
        Add(new LogShowCommand());
        Add(new LogRepairCommand());
        Add(new LogImportCommand());
        Add(new LogExportCommand());
    }

    public static Argument<string> Argument() => new("FILE") { Description = "A log that --log wrote." };

    protected override int Run(ParseResult parsed) => throw new UserError("What is to be done with a log?", advice: "deliberate log verify, show, repair, import or export; see deliberate log --help.");
}
