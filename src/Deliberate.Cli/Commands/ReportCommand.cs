using System.CommandLine;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Writes the report of a run, or one of several runs together, from what their folders hold.</summary>
internal sealed class ReportCommand : CliCommand
{
    private readonly Argument<string[]> _runs = new("RUN") { Arity = ArgumentArity.OneOrMore, Description = "One or more run folders, or a folder of runs such as runs/quickstart." };
    private readonly Option<string?> _output = new("--output") { HelpName = "file", Description = "Where to write it; report.html in the first folder if left out. Beside compared.html the numbers are compared.summary.json and the picture compared.learning.svg, so that those of a report.html there stay." };
    private readonly Option<bool> _json = CommonOptions.Json("the evaluations");

    public ReportCommand()
        : base(
            "report",
            "Write report.html of a run, finished or not, or of several runs together.",
            "deliberate report runs/my-arithmetic",
            "deliberate report runs/quickstart",
            "deliberate report runs/a runs/b --output compared.html --json")
    {
        Add(_runs);
        Add(_output);
        Add(_json);
    }

    protected override int Run(ParseResult parsed)
    {
        var given = parsed.GetRequiredValue(_runs);
        if (given is [var only] && SweepFolder.Is(only))
        {
            var sweep = SweepFolder.Read(only);
            var groups = RunGroup.Of(RunEvidence.Read(sweep.Begun));
            var page = SweepSession.Report(sweep, parsed.GetValue(_output));
            if (parsed.GetValue(_json)) JsonOutput.Write(new { Report = page, Groups = RunGroupsView.Json(groups) });
            else
            {
                RunGroupsView.Write(groups);
                Console.Out.WriteLine($"Report  {page}");
            }

            return ExitCode.Success;
        }

        var runs = given.SelectMany(folder => !File.Exists(new RunFolder(folder).Recipe) && RunNames.In(folder) is { Length: > 0 } inside ? inside : [RunNames.Existing(folder)]).ToArray();
        var report = RunReport.Write(parsed.GetValue(_output) ?? Path.Combine(given[0], RunReport.FileName), ShellCommand.Of(["deliberate", "report", .. given, .. parsed.GetValue(_output) is { } output ? ["--output", output] : Array.Empty<string>()]), runs);
        var tables = runs.Select(RunTable.Read).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Report = report, Runs = tables });
            return ExitCode.Success;
        }

        RunTable.Write(tables);
        Console.Out.WriteLine($"Report  {report}");
        return ExitCode.Success;
    }
}
