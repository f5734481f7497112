using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Safety;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Runs the study of a model that learns a written specification by reasoning over it. Started again, it goes on where it was stopped.</summary>
internal sealed class ReproduceDeliberationCommand : CliCommand
{
    private readonly Option<int> _seeds = CommonOptions.Whole("--seeds", "How many seeds.", 3, 1, 100);
    private readonly Option<int> _seedBase = CommonOptions.Whole("--seed-base", "The first seed; the others follow it.", 1, 0);
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, results and report go; runs/reproduce-deliberation if left out." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in some seconds with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<string?> _writeDocs = new("--write-docs") { HelpName = "file", Description = $"Also write table and text into this page, between the marks of \"{DeliberationStudy.Block}\"." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("where the results are, and a line a measure");

    public ReproduceDeliberationCommand()
        : base(
            DeliberationStudy.Name,
            "Does a model that reasons over a written specification keep to it where others do not? Deliberative alignment with its ablations, filters and a control without thought.",
            "deliberate reproduce deliberation",
            "deliberate reproduce deliberation --quick                   # some seconds, to see the chain work",
            "deliberate reproduce deliberation --write-docs docs/deliberation.md")
    {
        foreach (var option in new Option[] { _seeds, _seedBase, _output, _quick, _fresh, _writeDocs, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (quick, docs) = (parsed.GetValue(_quick), parsed.GetValue(_writeDocs));
        if (quick && docs is not null) throw new UserError("The numbers of --quick are no result, and do not go into the docs.", field: "--write-docs", advice: "Leave --quick out.");
        if (docs is not null) MarkedBlock.Check(docs, DeliberationStudy.Block);
        var plan = new DeliberationPlan([.. Enumerable.Range(parsed.GetValue(_seedBase), parsed.GetValue(_seeds)).Select(s => (ulong)s)], quick);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-deliberation-quick" : "reproduce-deliberation");
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, DeliberationStudy.Files);
        plan.Claim.Claim(output);
        var command = CommandLine(parsed);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var study = new DeliberationStudy(plan, output, command);
        var outcome = ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var rows = study.Rows(plan.Seeds);
        if (docs is not null) MarkedBlock.Replace(docs, DeliberationStudy.Block, DeliberationReport.Docs(command, plan, rows));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                IsResult = !quick,
                Report = Path.Combine(output, RunReport.FileName),
                Results = Path.Combine(output, DeliberationStudy.ResultsFile),
                Cells = rows.Cells.Select(c => new { Model = c.Model.Key, c.Task, c.Metric, c.Slice, c.Value, c.OursLess }),
            });
            return ExitCode.Success;
        }

        if (quick) Console.Out.WriteLine(ExperimentFindings.QuickWarning);
        foreach (var (metric, title) in new[] { (WorldScoring.NotUnsafe, "Not unsafe:"), (WorldScoring.NotOverRefuse, "Complied with, of allowed requests:") })
        {
            var table = DeliberationReport.Table(rows, plan, metric, title);
            Terminal.WriteTable(title, table.Columns, table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Text)]));
        }

        Console.Out.WriteLine($"Report   {Path.Combine(output, RunReport.FileName)}");
        Console.Out.WriteLine($"Results  {Path.Combine(output, DeliberationStudy.ResultsFile)}");
        Console.Out.WriteLine($"Table    {docs ?? Path.Combine(output, DeliberationStudy.TableFile)}");
        return ExitCode.Success;
    }

    /// <summary>The command that made it, to run again or go on.</summary>
    private string CommandLine(ParseResult parsed)
    {
        var line = $"deliberate reproduce {DeliberationStudy.Name}";
        if (parsed.GetValue(_seeds) is not 3 and var seeds) line += string.Create(CultureInfo.InvariantCulture, $" --seeds {seeds}");
        if (parsed.GetValue(_seedBase) is not 1 and var first) line += string.Create(CultureInfo.InvariantCulture, $" --seed-base {first}");
        if (parsed.GetValue(_quick)) line += " --quick";
        return parsed.GetValue(_output) is { } output ? $"{line} --output {ShellWord.Of(output)}" : line;
    }
}
