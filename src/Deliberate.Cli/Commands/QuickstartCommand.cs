using System.CommandLine;
using System.Diagnostics;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>
/// The whole way in some minutes: a model that learns nested arithmetic, its control that answers without thought, and one that
/// learns Countdown; one report of the three, their numbers, and what to do next. Started again, it goes on where it was stopped.
/// </summary>
internal sealed class QuickstartCommand : CliCommand
{
    private readonly Option<double> _minutes = CommonOptions.Real("--minutes", "How long it should take on two cores: scales tokens and steps before the start.", QuickstartPlan.UsualMinutes, 0.01, 100_000);
    private readonly Option<ulong> _seed = CommonOptions.Seed(QuickstartRecord.UsualSeed);
    private readonly Option<string> _output = new("--output") { HelpName = "folder", Description = "Where the runs and the report go.", DefaultValueFactory = _ => QuickstartRecord.UsualFolder };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Delete the runs of an earlier quickstart in the folder and begin again." };
    private readonly Option<string[]> _set = CommonOptions.Set();
    private readonly Option<int> _threads = CommonOptions.Threads();
    private readonly Option<bool> _json = CommonOptions.Json("the evaluations");

    public QuickstartCommand()
        : base(
            "quickstart",
            "Watch small models learn to reason, from random weights: three runs and a report with pictures.",
            "deliberate quickstart",
            "deliberate quickstart --minutes 2 --output runs/glimpse",
            "deliberate quickstart --seed 7 --fresh")
    {
        foreach (var option in new Option[] { _minutes, _seed, _output, _fresh, _set, _threads, _json }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var clock = Stopwatch.StartNew();
        var plan = QuickstartPlan.Create(parsed.GetValue(_minutes), parsed.GetValue(_seed), parsed.GetValue(_set) ?? []);
        var output = parsed.GetRequiredValue(_output);
        if (parsed.GetValue(_fresh)) QuickstartRecord.Clear(output);
        QuickstartRecord.Claim(output, plan);
        var folders = plan.Runs.Select(r => Path.Combine(output, r.Name)).ToArray();
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var outcome = ProgressViews.Run(view => Train(view, plan, folders, parsed.GetValue(_threads), stop.Token));
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {plan.CommandLine(output)}");
            return ExitCode.Interrupted;
        }

        var report = RunReport.Write(Path.Combine(output, RunReport.FileName), plan.CommandLine(output), folders);
        var tables = folders.Select(RunTable.Read).ToArray();
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(new { Report = report, Runs = tables });
            return ExitCode.Success;
        }

        RunTable.Write(tables);
        Console.Out.WriteLine($"{plan.CommandLine(output)} took {Quantity.Duration(clock.Elapsed)}.");
        Console.Out.WriteLine();
        Console.Out.WriteLine($"Next: open {report} in a browser;");
        Console.Out.WriteLine($"      watch a model think: deliberate sample {folders[0]}");
        Console.Out.WriteLine($"      {(Directory.Exists(ShippedRecipes.Folder) ? "" : "deliberate recipe copy, ")}edit recipes/arithmetic.yaml and train your own: deliberate train recipes/arithmetic.yaml");
        return ExitCode.Success;
    }

    private static RunOutcome Train(IProgressView view, QuickstartPlan plan, string[] folders, int threads, CancellationToken cancellation)
    {
        for (var i = 0; i < folders.Length; i++)
        {
            var observer = new RunProgress(view, plan.Runs[i].Name);
            using var run = File.Exists(new RunFolder(folders[i]).Recipe)
                ? TrainingRun.Resume(folders[i], threads, observer)
                : TrainingRun.Start(plan.Runs[i].Recipe, folders[i], threads, observer);
            if (run.Execute(cancellation) == RunOutcome.Interrupted) return RunOutcome.Interrupted;
        }

        return RunOutcome.Completed;
    }
}
