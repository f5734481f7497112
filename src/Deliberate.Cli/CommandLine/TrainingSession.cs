using System.Globalization;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What <c>train</c> and <c>resume</c> share: execute with progress, save on Ctrl-C and say how to go on, then report.</summary>
internal static class TrainingSession
{
    public const string StopNotice = "Stopping: saving a checkpoint first.";

    /// <param name="folder">The run's.</param>
    /// <param name="open">Starts or resumes it, in a folder of the rank's own, with so many threads.</param>
    /// <param name="json">What came of it as JSON.</param>
    /// <param name="device">What computes in place of what the run's recipe says; null for that.</param>
    public static int Execute(string folder, Func<IRunObserver, Ranks, TrainingRun> open, bool json, string? device = null)
    {
        using var ranks = Ranks.Open();
        if (ranks.World.IsFirst && ranks.Notice is { } notice) Console.Error.WriteLine(notice);
        try
        {
            return ranks.World.IsFirst ? Execute(ranks, folder, open, json, device) : Follow(ranks, open);
        }
        catch (Exception error) when (ranks.World.Size > 1)
        {
            // All ranks end with the first that cannot go on; where all fail alike, rank 0 says why.
            if (!ranks.World.IsFirst) Thread.Sleep(TimeSpan.FromSeconds(1));
            Console.Error.WriteLine($"error: rank {ranks.World.Rank}: {Secrets.Redact(error is UserError mistake ? mistake.Message : error.ToString())}");
            Console.Error.Flush();
            ranks.Abort(error is UserError ? ExitCode.UserMistake : ExitCode.Bug);
            throw;
        }
    }

    /// <summary>The command that goes on with a run or a sweep.</summary>
    public static string Continue(string folder, string? device) => ShellCommand.Of(["deliberate", "resume", folder, .. device is null ? Array.Empty<string>() : ["--device", device]]);

    /// <summary>A rank that does its share and says nothing.</summary>
    private static int Follow(Ranks ranks, Func<IRunObserver, Ranks, TrainingRun> open)
    {
        using var stop = new StopSignal("");
        using var run = open(new RunObserver(), ranks);
        return run.Execute(stop.Token) == RunOutcome.Interrupted ? ExitCode.Interrupted : ExitCode.Success;
    }

    private static int Execute(Ranks ranks, string folder, Func<IRunObserver, Ranks, TrainingRun> open, bool json, string? device)
    {
        using var stop = new StopSignal(StopNotice);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var outcome = ProgressViews.Run(view =>
        {
            using var run = open(new RunProgress(view, name), ranks);
            return run.Execute(stop.Token);
        });
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: {Continue(folder, device)}");
            if (json) JsonOutput.Write(new { Run = folder, Outcome = outcome });
            return ExitCode.Interrupted;
        }

        var table = RunTable.Read(folder);
        var best = BestCheckpoints.Read(new RunFolder(folder)) is [var first, ..] ? first : null;
        var report = RunReport.Write(Path.Combine(folder, RunReport.FileName), ShellCommand.TrainAgain(folder), folder);
        if (json)
        {
            JsonOutput.Write(new { Run = folder, Outcome = outcome, Report = report, Best = best, Evaluations = table.Rows, table.Changes });
            return ExitCode.Success;
        }

        RunTable.Write([table]);
        if (best is not null) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Best        {Path.Combine(folder, RunFolder.CheckpointsFolder, BestCheckpoints.Link)}: {best.Checkpoint}, {RunRecipe.Read(new RunFolder(folder)).Checkpoint.BestMetric} {best.Value:0.###}"));
        Console.Out.WriteLine($"Report      {report}");
        if (RunRecipe.Read(new RunFolder(folder)).RewardModel is not null) Console.Out.WriteLine($"Use it      deliberate search MODEL --scorer {ShellCommand.Word(folder)}");
        else Console.Out.WriteLine($"Look at it  deliberate sample {ShellCommand.Word(folder)}{(RunFacts.Read(new RunFolder(folder)) is { Problems: null } ? " --prompt \"...\"" : "")}");
        return ExitCode.Success;
    }
}
