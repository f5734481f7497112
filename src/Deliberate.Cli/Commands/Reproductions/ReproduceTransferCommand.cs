using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Runs the study of what reinforcement learning on some families does to those that it left out. Started again, it goes on where it was stopped.</summary>
internal sealed class ReproduceTransferCommand : CliCommand
{
    private readonly Option<int> _seeds = CommonOptions.Whole("--seeds", "How many seeds.", 3, 1, 100);
    private readonly Option<int> _seedBase = CommonOptions.Whole("--seed-base", "The first seed; the others follow it.", 1, 0);
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, results and report go; runs/reproduce-transfer if left out." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in some seconds with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<string?> _writeDocs = new("--write-docs") { HelpName = "file", Description = $"Also write table and text into this page, between the marks of \"{TransferStudy.Block}\"." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("where the results are, and the curve");

    public ReproduceTransferCommand()
        : base(
            TransferStudy.Name,
            "Does reinforcement learning on some families carry over to others? The curve over how many, a KL, and a family that shares no skill.",
            "deliberate reproduce transfer",
            "deliberate reproduce transfer --quick                   # some seconds, to see the chain work",
            "deliberate reproduce transfer --write-docs docs/reasoning.md")
    {
        foreach (var option in new Option[] { _seeds, _seedBase, _output, _quick, _fresh, _writeDocs, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (quick, docs) = (parsed.GetValue(_quick), parsed.GetValue(_writeDocs));
        if (quick && docs is not null) throw new UserError("The numbers of --quick are no result, and do not go into the docs.", field: "--write-docs", advice: "Leave --quick out.");
        if (docs is not null) MarkedBlock.Check(docs, TransferStudy.Block);
        var plan = new TransferPlan([.. Enumerable.Range(parsed.GetValue(_seedBase), parsed.GetValue(_seeds)).Select(s => (ulong)s)], quick);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-transfer-quick" : "reproduce-transfer");
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, TransferStudy.Files);
        plan.Claim.Claim(output);
        var command = CommandLine(parsed);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var study = new TransferStudy(plan, output, command);
        var outcome = ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var rows = study.Rows();
        if (docs is not null) MarkedBlock.Replace(docs, TransferStudy.Block, TransferReport.Docs(command, rows));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new
            {
                IsResult = !quick,
                Report = Path.Combine(output, RunReport.FileName),
                Results = Path.Combine(output, TransferStudy.ResultsFile),
                LeftOut = TransferReport.Curve(plan).Where(_ => !quick).Select(n => new { FamiliesRewarded = n, Right = rows.LeftOut(n), Far = rows.Far(n) }),
            });
            return ExitCode.Success;
        }

        if (quick)
        {
            Console.Out.WriteLine(ExperimentFindings.QuickWarning);
            Console.Out.WriteLine(TransferReport.QuickOutcome(plan));
            Console.Out.WriteLine($"Report   {Path.Combine(output, RunReport.FileName)}");
            return ExitCode.Success;
        }

        var table = TransferReport.Table(rows);
        Terminal.WriteTable("Right answers to families that were left out:", table.Columns, table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Interval.Length > 0 ? $"{c.Text} ({c.Interval})" : c.Text)]));
        Console.Out.WriteLine($"Report   {Path.Combine(output, RunReport.FileName)}");
        Console.Out.WriteLine($"Results  {Path.Combine(output, TransferStudy.ResultsFile)}");
        Console.Out.WriteLine($"Table    {docs ?? Path.Combine(output, TransferStudy.TableFile)}");
        return ExitCode.Success;
    }

    /// <summary>The command that made it, to run again or go on.</summary>
    private string CommandLine(ParseResult parsed)
    {
        var line = $"deliberate reproduce {TransferStudy.Name}";
        if (parsed.GetValue(_seeds) is not 3 and var seeds) line += string.Create(CultureInfo.InvariantCulture, $" --seeds {seeds}");
        if (parsed.GetValue(_seedBase) is not 1 and var first) line += string.Create(CultureInfo.InvariantCulture, $" --seed-base {first}");
        if (parsed.GetValue(_quick)) line += " --quick";
        return parsed.GetValue(_output) is { } output ? $"{line} --output {ShellWord.Of(output)}" : line;
    }
}
