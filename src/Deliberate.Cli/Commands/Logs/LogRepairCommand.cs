using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Cuts off what of a log is not whole, and keeps it beside.</summary>
internal sealed class LogRepairCommand : CliCommand
{
    private readonly Argument<string> _file = LogCommand.Argument();
    private readonly Option<bool> _cut = new("--cut") { Description = "Where a record was changed, cut it and all that follow it off." };
    private readonly Option<bool> _json = CommonOptions.Json("what was done");

    public LogRepairCommand()
        : base(
            "repair",
            "Cut off the part of a record that a killed writer left; what is cut is kept in a file beside the log.",
            "deliberate log repair eval.log",
            "deliberate log repair eval.log --cut   # also a record that was changed, and all after it")
    {
        Add(_file);
        Add(_cut);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var path = parsed.GetRequiredValue(_file);
        var repair = LogRepair.Run(path, parsed.GetValue(_cut));
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Log = path, repair.Kept, repair.CutBytes, repair.CutFile });
        else if (repair.CutBytes == 0) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: nothing to mend, {repair.Kept} records are whole."));
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path}: {repair.Kept} records kept; {repair.CutBytes} bytes cut, which are in {repair.CutFile}."));
        return ExitCode.Success;
    }
}
