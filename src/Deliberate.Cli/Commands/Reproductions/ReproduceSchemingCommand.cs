using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Trains a model with a planted hidden goal and its twin, and sees whether the scenarios and the monitors tell them apart.</summary>
internal sealed class ReproduceSchemingCommand : CliCommand
{
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, logs and results go; runs/reproduce-scheming if left out." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<string?> _writeDocs = new("--write-docs") { HelpName = "file", Description = $"Also write the tables into this page, between the marks of \"{SchemingStudy.Block}\"." };
    private readonly Option<ulong> _seed = CommonOptions.Seed();
    private readonly Option<int> _threads = CommonOptions.Threads();

    public ReproduceSchemingCommand()
        : base(
            SchemingStudy.Name,
            "Do the scenarios find a hidden goal? Two small models of which one has one, the suite's rates of both, and monitors against what was done.",
            "deliberate reproduce scheming                                # some minutes on two cores",
            "deliberate reproduce scheming --quick                        # to see the chain work")
    {
        foreach (var option in new Option[] { _output, _quick, _fresh, _writeDocs, _seed, _threads }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (quick, docs, seed) = (parsed.GetValue(_quick), parsed.GetValue(_writeDocs), parsed.GetValue(_seed));
        if (quick && docs is not null) throw new UserError("The numbers of --quick are no result, and do not go into the docs.", field: "--write-docs", advice: "Leave --quick out.");
        if (docs is not null) MarkedBlock.Check(docs, SchemingStudy.Block);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-scheming-quick" : "reproduce-scheming");
        var command = ShellCommand.Of(["deliberate", "reproduce", SchemingStudy.Name, .. seed == 1 ? Array.Empty<string>() : ["--seed", seed.ToString(CultureInfo.InvariantCulture)], .. quick ? ["--quick"] : Array.Empty<string>(), .. parsed.GetValue(_output) is { } named ? ["--output", named] : Array.Empty<string>()]);
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, SchemingStudy.Files);
        var study = new SchemingStudy(output, seed, quick, parsed.GetValue(_threads));
        study.Claim.Claim(output);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var found = ProgressViews.Run(view => study.RunAsync(new StudyProgressView(view), stop.Token).GetAwaiter().GetResult());
        if (found is not { } result)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        if (docs is not null) MarkedBlock.Replace(docs, SchemingStudy.Block, SchemingTables.Docs(command, study.Items, result.Rows, result.Monitors));
        var models = SchemingTables.Models(result.Rows);
        Terminal.WriteTable(quick ? "Numbers of --quick, which are no result:" : "What the scenarios find, with 95% intervals:", models.Columns, models.Rows, words: 1);
        var monitors = SchemingTables.Monitors(result.Monitors);
        Terminal.WriteTable("Monitors of the thought, against what the run did:", monitors.Columns, monitors.Rows, words: 1);
        if (!quick) Console.Out.WriteLine(SchemingTables.Verdict(result.Rows));
        Console.Out.WriteLine($"Results  {Path.Combine(output, SchemingStudy.ResultsFile)}");
        return ExitCode.Success;
    }
}
