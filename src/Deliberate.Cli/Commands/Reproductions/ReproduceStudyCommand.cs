using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Runs a study over some seeds, a chapter a seed, and shows and writes what came out. Started again, it goes on where it was stopped.</summary>
internal abstract class ReproduceStudyCommand : CliCommand
{
    private const int Seeds = 3;

    private readonly Option<int> _seeds = CommonOptions.Whole("--seeds", "How many seeds.", Seeds, 1, 100);
    private readonly Option<int> _seedBase;
    private readonly Option<string?> _output;
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in some seconds with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<string?> _writeDocs;
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json;
    private readonly string _name, _block;
    private readonly int _firstSeed;

    /// <param name="name">The study's, behind <c>reproduce</c>.</param>
    /// <param name="summary">The question that it answers.</param>
    /// <param name="block">The marks in a page between which its table stands.</param>
    /// <param name="page">The page that holds them, for the example.</param>
    /// <param name="json">What <c>--json</c> writes.</param>
    /// <param name="firstSeed">The first seed where none is given.</param>
    /// <param name="why">Why it is not 1, as a sentence behind the option's.</param>
    protected ReproduceStudyCommand(string name, string summary, string block, string page, string json, int firstSeed = 1, string why = "")
        : base(
            name,
            summary,
            $"deliberate reproduce {name}",
            $"deliberate reproduce {name} --quick                   # some seconds, to see the chain work",
            $"deliberate reproduce {name} --write-docs {page}")
    {
        (_name, _block, _firstSeed) = (name, block, firstSeed);
        _seedBase = CommonOptions.Whole("--seed-base", "The first seed; the others follow it." + why, firstSeed, 0);
        _output = new("--output") { HelpName = "folder", Description = $"Where models, results and report go; runs/reproduce-{name} if left out." };
        _writeDocs = new("--write-docs") { HelpName = "file", Description = $"Also write table and text into this page, between the marks of \"{block}\"." };
        _json = CommonOptions.Json(json);
        foreach (var option in new Option[] { _seeds, _seedBase, _output, _quick, _fresh, _writeDocs, _threads, _json }) Add(option);
    }

    /// <summary>The study of these seeds in a folder.</summary>
    /// <param name="seeds">What it is run with.</param>
    /// <param name="quick">Tiny numbers, no result.</param>
    /// <param name="output">Its folder.</param>
    /// <param name="command">What makes it, to be written into its page.</param>
    protected abstract SeededStudy Plan(ulong[] seeds, bool quick, string output, string command);

    protected sealed override int Run(ParseResult parsed)
    {
        var (quick, docs) = (parsed.GetValue(_quick), parsed.GetValue(_writeDocs));
        if (quick && docs is not null) throw new UserError("The numbers of --quick are no result, and do not go into the docs.", field: "--write-docs", advice: "Leave --quick out.");
        if (docs is not null) MarkedBlock.Check(docs, _block);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", $"reproduce-{_name}" + (quick ? "-quick" : ""));
        var command = CommandLine(parsed);
        var study = Plan([.. Enumerable.Range(0, parsed.GetValue(_seeds)).Select(i => (ulong)parsed.GetValue(_seedBase) + (ulong)i)], quick, output, command);
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, SeededStudy.Files);
        study.Claim.Claim(output);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var outcome = ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var findings = study.Findings();
        if (docs is not null) MarkedBlock.Replace(docs, _block, findings.Docs);
        var (report, results) = (Path.Combine(output, RunReport.FileName), Path.Combine(output, SeededStudy.ResultsFile));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(findings.Json(report, results));
            return ExitCode.Success;
        }

        if (quick) Console.Out.WriteLine(ExperimentFindings.QuickWarning);
        if (quick && findings.QuickOutcome is { } said)
        {
            Console.Out.WriteLine(said);
            Console.Out.WriteLine($"Report   {report}");
            return ExitCode.Success;
        }

        foreach (var table in findings.Tables) Terminal.WriteTable(table.Title + ":", table.Columns, table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Plain)]));
        Console.Out.WriteLine($"Report   {report}");
        Console.Out.WriteLine($"Results  {results}");
        Console.Out.WriteLine($"Table    {docs ?? Path.Combine(output, SeededStudy.TableFile)}");
        return ExitCode.Success;
    }

    /// <summary>The command that made it, to run again or go on.</summary>
    private string CommandLine(ParseResult parsed)
    {
        var line = $"deliberate reproduce {_name}";
        if (parsed.GetValue(_seeds) is not Seeds and var seeds) line += string.Create(CultureInfo.InvariantCulture, $" --seeds {seeds}");
        if (parsed.GetValue(_seedBase) is var first && first != _firstSeed) line += string.Create(CultureInfo.InvariantCulture, $" --seed-base {first}");
        if (parsed.GetValue(_quick)) line += " --quick";
        return parsed.GetValue(_output) is { } output ? $"{line} --output {ShellCommand.Word(output)}" : line;
    }
}
