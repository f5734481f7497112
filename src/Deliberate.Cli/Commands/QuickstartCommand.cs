using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Studies;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// The whole way in some minutes, in chapters, with one report of them that is written anew after each, their numbers, and what to
/// do next. Started again, it goes on where it was stopped.
/// </summary>
internal sealed class QuickstartCommand : CliCommand
{
    private readonly Option<double> _minutes = CommonOptions.Real("--minutes", "How long it should take on two cores: scales tokens and steps before the start.", QuickstartPlan.UsualMinutes, 0.01, 100_000);
    private readonly Option<ulong> _seed = CommonOptions.Seed(QuickstartPlan.UsualSeed);
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where the runs and the report go.", DefaultValueFactory = _ => QuickstartStudy.UsualFolder };
    private readonly Option<string?> _chapters = new("--chapters") { HelpName = "names", Description = $"Which parts of it, separated by commas, with those that they need: {QuickstartChapters.Described}. All if left out." };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete the runs of an earlier quickstart in the folder and begin again." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the evaluations");

    public QuickstartCommand()
        : base(
            "quickstart",
            "Watch small models learn to reason, to keep to a written specification, and to be measured, attacked and judged, from random weights, with a report in pictures.",
            "deliberate quickstart",
            "deliberate quickstart --minutes 2 --output runs/glimpse",
            "deliberate quickstart --seed 7 --fresh",
            "deliberate quickstart --chapters countdown --output runs/search")
    {
        foreach (var option in new Option[] { _minutes, _seed, _output, _chapters, _fresh, _set, _threads, _json }) Add(option);
    }

    /// <summary>What to ask for on a machine that takes so many times as long, where that still teaches a model something.</summary>
    private static string Fitting(QuickstartPlan plan, double factor) => plan.Minutes / factor < QuickstartPlan.LeastMinutes
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $" To be done in {plan.Minutes:0.##} minutes here: stop it and start it again with --minutes {plan.Minutes / factor:0.#} --fresh; the models then learn less.");

    protected override int Run(ParseResult parsed)
    {
        var clock = Stopwatch.StartNew();
        var plan = new QuickstartPlan(parsed.GetValue(_minutes), parsed.GetValue(_seed), parsed.GetValue(_set) ?? [], ShippedRecipes.Text);
        var study = QuickstartStudy.Open(plan, parsed.GetRequiredValue(_output), parsed.GetValue(_chapters), parsed.GetValue(_fresh));
        if (plan.Minutes < QuickstartPlan.LeastMinutes) Console.Error.WriteLine($"With fewer than {QuickstartPlan.LeastMinutes} minutes the models hardly learn: this shows how it works, not what comes of it.");
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var outcome = ProgressViews.Run(view => study.Execute(parsed.GetValue(_threads), new StudyProgressView(view, study.Report, factor => Fitting(plan, factor)), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {study.CommandLine}");
            return ExitCode.Interrupted;
        }

        var tables = study.Runs.Select(RunTable.Read).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { study.Report, Runs = tables });
            return ExitCode.Success;
        }

        RunTable.Write(tables);
        Console.Out.WriteLine($"{study.CommandLine} took {Quantity.Duration(clock.Elapsed)}.");
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Next: open {study.Report} in a browser;");
        if (study.Runs.Count > 0) Console.Out.WriteLine($"      watch a model think: deliberate sample {ShellCommand.Word(study.Runs[0])}");
        Console.Out.WriteLine($"      {(Directory.Exists(ShippedRecipes.Folder) ? "" : "deliberate recipe copy, ")}edit recipes/arithmetic.yaml and train your own: deliberate train recipes/arithmetic.yaml");
        return ExitCode.Success;
    }
}
