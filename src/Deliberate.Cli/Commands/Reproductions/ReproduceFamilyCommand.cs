using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Makes a model family of two sizes, the smaller distilled from the larger, with a card each and a table that compares them. Started again, it goes on where it was stopped.</summary>
internal sealed class ReproduceFamilyCommand : CliCommand
{
    private readonly Option<int> _seed = CommonOptions.Whole("--seed", "Of all of it.", 1, 0);
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, evidence, gates and cards go; runs/reproduce-family if left out." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in some seconds with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier study in the folder and begin again." };
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the tables, and where report and cards are");

    public ReproduceFamilyCommand()
        : base(
            FamilyStudy.Name,
            "A model family of two sizes: one recipe, the larger trained, the smaller distilled from it in two ways, each with its card; compared at equal tokens of thought and at equal compute.",
            "deliberate reproduce family",
            "deliberate reproduce family --quick                   # some seconds, to see the chain work")
    {
        foreach (var option in new Option[] { _seed, _output, _quick, _fresh, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var quick = parsed.GetValue(_quick);
        var plan = new FamilyPlan((ulong)parsed.GetValue(_seed), quick);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-family-quick" : "reproduce-family");
        if (parsed.GetValue(_fresh)) StudyClaim.Clear(output, FamilyStudy.Files, FamilyStudy.Folders);
        plan.Claim.Claim(output);
        var command = ShellCommand.Of(["deliberate", "reproduce", FamilyStudy.Name, .. plan.Seed == 1 ? Array.Empty<string>() : ["--seed", plan.Seed.ToString(CultureInfo.InvariantCulture)], .. quick ? ["--quick"] : Array.Empty<string>(), .. parsed.GetValue(_output) is { } named ? ["--output", named] : Array.Empty<string>()]);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var study = new FamilyStudy(plan, output, command);
        if (ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view), stop.Token)) == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var (report, tables) = (Path.Combine(output, RunReport.FileName), study.Tables);
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { IsResult = !quick, Report = report, study.Cards, Tables = tables.Select(t => new { t.Title, t.Columns, Rows = t.Rows.Select(r => r.Select(c => c.Text)), t.Note }) });
            return ExitCode.Success;
        }

        if (quick) Console.Out.WriteLine(ExperimentFindings.QuickWarning);
        foreach (var table in tables)
        {
            Terminal.WriteTable(table.Title + ":", table.Columns, table.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Text)]));
            Console.Out.WriteLine(table.Note);
        }

        Console.Out.WriteLine($"Report  {report}");
        foreach (var card in study.Cards) Console.Out.WriteLine($"Card    {card}");
        return ExitCode.Success;
    }
}
