using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Writes another program's log as one of ours.</summary>
internal sealed class LogImportCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "A log of Inspect's: .eval or .json." };
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "file", Description = "The log to write; beside FILE with the extension .log unless named." };
    private readonly Option<bool> _json = CommonOptions.Json("what was written");

    public LogImportCommand()
        : base(
            "import",
            "Write a log of Inspect's as one of ours, every sample with its verdict; what Inspect wrote is kept beside each, and nothing is lost.",
            "deliberate log import logs/2026-11-21_xstest.eval",
            "deliberate log import logs/2026-11-21_xstest.eval --output xstest.log   # then deliberate view xstest.log")
    {
        Add(_file);
        Add(_output);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var source = parsed.GetRequiredValue(_file);
        var target = parsed.GetValue(_output) ?? Path.ChangeExtension(source, ".log");
        using var stop = new StopSignal("Stopping.");
        var (samples, hash) = InspectImport.Run(source, target, stop.Token);
        if (parsed.GetValue(_json)) JsonOutput.Write(new { Log = target, Samples = samples, Hash = hash });
        else Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {samples} samples, hash {hash}\ndeliberate view {target} shows them."));
        return ExitCode.Success;
    }
}
