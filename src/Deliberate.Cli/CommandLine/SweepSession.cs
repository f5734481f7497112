using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>A recipe trained several times: the plan first, then run after run, a page over all of them after each. Stopped and resumed as a whole.</summary>
internal static class SweepSession
{
    /// <summary>What is to be trained.</summary>
    /// <param name="File">The recipe.</param>
    /// <param name="Set">Overrides of the command line.</param>
    /// <param name="Folder">Of the sweep.</param>
    /// <param name="Sweep">Its runs.</param>
    internal sealed record Request(string File, IReadOnlyList<string> Set, string Folder, Sweep Sweep);

    /// <summary>Plans, and trains unless only the plan is asked for or the sweep is larger than anybody asked for.</summary>
    /// <param name="wanted">That many runs are meant.</param>
    public static int Run(Request request, bool dryRun, bool wanted, int threads, bool json, string command)
    {
        var (sweep, folder) = (request.Sweep, request.Folder);
        if (sweep.Count > Sweep.MostRuns)
        {
            Console.Error.WriteLine($"{sweep.Words}: {sweep.Count.ToString("N0", CultureInfo.InvariantCulture)} runs into {folder}.");
            Show(request, Planned(request, sweep.RecipeOf(request.File, request.Set, new SweepRun("first", sweep.Seeds[0], sweep.Axes.ToDictionary(axis => axis.Key, axis => axis.Values[0]))), threads), Console.Error);
            throw new UserError($"{sweep.Count.ToString("N0", CultureInfo.InvariantCulture)} runs are more than the {Sweep.MostRuns.ToString("N0", CultureInfo.InvariantCulture)} of a sweep.", "--sweep", advice: "Sweep one key at a time, or a few values of each, and look before you go on.");
        }

        // Every combination is read before the first is trained.
        TrainRecipe[] recipes = [.. sweep.Runs.Select(run => sweep.RecipeOf(request.File, request.Set, run))];
        var asks = sweep.Runs.Count > Sweep.MostUnasked && !wanted;
        if (dryRun || asks)
        {
            var plan = Planned(request, recipes[0], threads);
            if (json) JsonOutput.Write(new { Sweep = folder, Runs = sweep.Runs.Count, sweep.Seeds, sweep.Axes, SecondsEach = plan.Time.Total, Seconds = plan.Time.Total * sweep.Runs.Count, Disk = plan.Plan.Disk.Total * sweep.Runs.Count, Folders = sweep.Runs.Select(run => run.Name) });
            else Show(request, plan, Console.Out);
            if (dryRun) return ExitCode.Success;
            throw new UserError($"{sweep.Runs.Count} runs are many.", "--sweep", advice: $"If that is meant, say --yes; with fewer values or seeds up to {Sweep.MostUnasked} need no asking.");
        }

        Planner.Refuse(Planner.Plan(recipes[0], request.File), MachineLimits.At(folder), request.File);
        return Execute(SweepFolder.Begin(folder, sweep, recipes, command), threads, json);
    }

    /// <summary>Each run of a sweep is one process's: ranks would all train the same into one folder.</summary>
    /// <exception cref="UserError">A launcher started this process as one of several.</exception>
    public static void RefuseRanks()
    {
        using var ranks = Ranks.Open();
        if (ranks.World.Size > 1) throw new UserError("A sweep is not shared among ranks.", advice: "Leave out mpirun, or train its runs one by one under it.");
    }

    /// <summary>Trains what is left of a sweep.</summary>
    /// <param name="device">What computes from here on, in place of what the recipes say; null for that.</param>
    public static int Execute(SweepFolder sweep, int threads, bool json, string? device = null)
    {
        using var stop = new StopSignal(TrainingSession.StopNotice);
        var runs = sweep.Sweep.Runs;
        foreach (var (at, run) in runs.Index())
        {
            if (sweep.IsFinished(run)) continue;
            Console.Error.WriteLine($"Run {at + 1} of {runs.Count}: {run.Name}");
            var outcome = stop.Token.IsCancellationRequested ? RunOutcome.Interrupted : ProgressViews.Run(view =>
            {
                using var open = sweep.Open(run, threads, new RunProgress(view, run.Name), device);
                return open.Execute(stop.Token);
            });
            if (outcome == RunOutcome.Interrupted)
            {
                Console.Error.WriteLine($"Stopped. Continue with: {TrainingSession.Continue(sweep.Root, device)}");
                if (json) JsonOutput.Write(new { Sweep = sweep.Root, Outcome = outcome });
                return ExitCode.Interrupted;
            }

            var folder = sweep.FolderOf(run);
            RunReport.Write(Path.Combine(folder, RunReport.FileName), ShellCommand.TrainAgain(folder), folder);
            Report(sweep);
        }

        var report = Report(sweep);
        var groups = RunGroup.Of(RunEvidence.Read(sweep.Begun));
        if (json)
        {
            JsonOutput.Write(new { Sweep = sweep.Root, Outcome = RunOutcome.Completed, Report = report, Groups = RunGroupsView.Json(groups) });
            return ExitCode.Success;
        }

        RunGroupsView.Write(groups);
        Console.Out.WriteLine($"Report      {report}");
        return ExitCode.Success;
    }

    /// <summary>The page over what there is of a sweep.</summary>
    public static string Report(SweepFolder sweep, string? path = null) => SweepReport.Write(
        path ?? Path.Combine(sweep.Root, RunReport.FileName), $"{sweep.Sweep.Name}: {sweep.Sweep.Title}", sweep.Command, sweep.Begun,
        [.. sweep.Sweep.Runs.Where(run => !sweep.IsFinished(run)).Take(20).Select(run => run.Name)]);

    private static (RunPlan Plan, TimePlan Time) Planned(Request request, TrainRecipe first, int threads)
    {
        var plan = Planner.Plan(first, request.File);
        return (plan, TimeEstimate.Measure(plan, threads));
    }

    private static void Show(Request request, (RunPlan Plan, TimePlan Time) first, TextWriter to)
    {
        var count = request.Sweep.Count;
        string Time(double seconds) => Quantity.Duration(TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2)));
        to.WriteLine($"{"runs",-17} {count.ToString("N0", CultureInfo.InvariantCulture)}: {request.Sweep.Words}, into {request.Folder}");
        foreach (var line in PlanText.Brief(first.Plan)) to.WriteLine($"{"the first",-17} {line}");
        to.WriteLine($"{"time",-17} about {Time(first.Time.Total * count)} in all, one after another, if each takes what the first would: {Time(first.Time.Total)}");
        to.WriteLine($"{"disk",-17} about {Quantity.Bytes(first.Plan.Disk.Total * count)} in all");
    }
}
