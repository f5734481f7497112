using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// Runs the experiment that the project's claims stand on, with its controls, and writes its table, charts and a text made from
/// the numbers. Started again, it goes on where it was stopped.
/// </summary>
internal sealed class ReproduceReasoningCommand : CliCommand
{
    private const string Reasoning = "reasoning";

    private readonly Option<int> _seeds = CommonOptions.Whole("--seeds", "How many seeds; 0 for the recipe's.", 0, 0, 100);
    private readonly Option<int> _seedBase = CommonOptions.Whole("--seed-base", "The first seed; the others follow it.", 1, 0);
    private readonly Option<string?> _output = new("--output") { HelpName = "folder", Description = "Where models, results and report go; runs/reproduce-reasoning if left out." };
    private readonly Option<string?> _only = new("--only") { HelpName = "families", Description = "Only these families of the experiment, separated by commas: a row of its table in minutes." };
    private readonly Option<string?> _models = new("--models") { HelpName = "kinds", Description = $"Only these kinds of models, with those that they start from: {string.Join(", ", ExperimentModels.All.Select(ExperimentModels.Key))}." };
    private readonly Option<bool> _quick = new("--quick") { Description = "The whole chain in a minute or two with tiny numbers, to see that it works. Not a result." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete an earlier experiment in the folder and begin again." };
    private readonly Option<string?> _writeDocs = new("--write-docs") { HelpName = "file", Description = $"Also write table and text into this page, between the marks of \"{ExperimentReport.Block}\"." };
    private readonly Option<string?> _recipe = new("--recipe") { HelpName = "file", Description = $"The experiment's recipe; that of {Reasoning} if left out." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("where the results are and the answers to its questions");

    public ReproduceReasoningCommand()
        : base(
            Reasoning,
            "Does reinforcement learning teach reasoning? Six families, three seeds, before and after, with controls.",
            "deliberate reproduce reasoning",
            "deliberate reproduce reasoning --quick                      # a minute or two, to see the chain work",
            "deliberate reproduce reasoning --only arithmetic --models base,rl --seeds 1 --output runs/a-row   # a row, in minutes",
            "deliberate reproduce reasoning --seeds 1 --seed-base 7 --output runs/another-seed",
            "deliberate reproduce reasoning --write-docs docs/reasoning.md")
    {
        foreach (var option in new Option[] { _seeds, _seedBase, _only, _models, _output, _quick, _fresh, _writeDocs, _recipe, _set, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (quick, docs) = (parsed.GetValue(_quick), parsed.GetValue(_writeDocs));
        if (quick && docs is not null) throw new UserError("The numbers of --quick are no result, and do not go into the docs.", field: "--write-docs", advice: "Leave --quick out.");
        var (only, models) = (Names(parsed.GetValue(_only)), Names(parsed.GetValue(_models)));
        if (docs is not null && (only ?? models) is not null) throw new UserError("A part of the experiment does not go into the docs.", field: "--write-docs", advice: "Leave --only and --models out.");
        if (docs is not null) MarkedBlock.Check(docs, ExperimentReport.Block);
        var seeds = parsed.GetValue(_seeds);
        var options = new ExperimentOptions(seeds == 0 ? null : seeds, (ulong)parsed.GetValue(_seedBase), quick, parsed.GetValue(_set) ?? [], only, models is null ? null : ExperimentNarrowing.Models(models));
        var plan = parsed.GetValue(_recipe) is { } recipe ? ExperimentPlan.Read(recipe, options) : ExperimentPlan.Read($"{ShippedRecipes.Folder}/reproduce/reasoning.yaml", options, ShippedRecipes.Text);
        var output = parsed.GetValue(_output) ?? Path.Combine("runs", quick ? "reproduce-reasoning-quick" : plan.IsPart ? "reproduce-reasoning-part" : "reproduce-reasoning");
        var folder = new ExperimentFolder(output);
        if (parsed.GetValue(_fresh)) folder.Clear();
        folder.Claim(plan);
        var command = CommandLine(parsed);
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var study = new ReasoningStudy(plan, folder, command);
        var outcome = ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new ExperimentProgress(view), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {command}");
            return ExitCode.Interrupted;
        }

        var summary = study.Summary();
        if (docs is not null) MarkedBlock.Replace(docs, ExperimentReport.Block, ExperimentReport.Docs(command, summary));
        if (parsed.GetValue(_json)) WriteJson(folder, summary);
        else Write(folder, summary, docs);
        return ExitCode.Success;
    }

    /// <summary>The command that made it, to run again or go on.</summary>
    private string CommandLine(ParseResult parsed)
    {
        var line = $"deliberate reproduce {Reasoning}";
        if (parsed.GetValue(_seeds) is > 0 and var seeds) line += string.Create(CultureInfo.InvariantCulture, $" --seeds {seeds}");
        if (parsed.GetValue(_seedBase) is not 1 and var first) line += string.Create(CultureInfo.InvariantCulture, $" --seed-base {first}");
        if (parsed.GetValue(_only) is { } only) line += $" --only {ShellCommand.Word(only)}";
        if (parsed.GetValue(_models) is { } models) line += $" --models {ShellCommand.Word(models)}";
        if (parsed.GetValue(_quick)) line += " --quick";
        if (parsed.GetValue(_recipe) is { } recipe) line += $" --recipe {ShellCommand.Word(recipe)}";
        foreach (var one in parsed.GetValue(_set) ?? []) line += $" --set {ShellCommand.Word(one)}";
        return parsed.GetValue(_output) is { } output ? $"{line} --output {ShellCommand.Word(output)}" : line;
    }

    /// <summary>Names between commas; null where the option is not given.</summary>
    private static string[]? Names(string? option) => option?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { } names
        ? names.Length > 0 ? names : throw new UserError("No name is given.", field: "--only, --models") : null;

    private static void WriteJson(ExperimentFolder folder, ExperimentSummary summary) => JsonOutput.Write(new
    {
        IsResult = !summary.Plan.Quick,
        folder.Report,
        folder.Results,
        folder.Table,
        Questions = (summary.Plan.Quick ? [] : ExperimentFindings.Answered(summary)).Select(a => new { Question = a.Question.Key, a.Contrast.From, a.Contrast.To, Difference = a.Contrast.Difference.Value, a.Contrast.Difference.Low, a.Contrast.Difference.High, a.Contrast.Finding }),
    });

    private static void Write(ExperimentFolder folder, ExperimentSummary summary, string? docs)
    {
        if (summary.Plan.Quick)
        {
            Console.Out.WriteLine(ExperimentFindings.QuickWarning);
            Console.Out.WriteLine(ExperimentFindings.QuickOutcome(summary.Plan.Cells.Count));
            Console.Out.WriteLine($"Report   {folder.Report}");
            return;
        }

        if (ExperimentFindings.PartOf(summary.Plan) is { } part) Console.Out.WriteLine(part);
        var models = ExperimentTables.Models(summary);
        Terminal.WriteTable("Right answers to held-out problems:", models.Columns, models.Rows.Select(r => (IReadOnlyList<string>)[.. r.Select(c => c.Text)]));
        foreach (var (question, contrast) in ExperimentFindings.Answered(summary)) Console.Out.WriteLine($"- {ExperimentFindings.Sentence(question, contrast)}");
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Report   {folder.Report}");
        Console.Out.WriteLine($"Results  {folder.Results}");
        Console.Out.WriteLine($"Table    {docs ?? folder.Table}");
    }
}
