using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>What <c>train</c> and <c>resume</c> share: execute with progress, save on Ctrl-C and say how to go on, then report.</summary>
internal static class TrainingSession
{
    public const string StopNotice = "Stopping: saving a checkpoint first.";

    /// <param name="folder">The run's.</param>
    /// <param name="open">Starts or resumes it.</param>
    public static int Execute(string folder, Func<IRunObserver, TrainingRun> open, bool json)
    {
        using var stop = new StopSignal(StopNotice);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var outcome = ProgressViews.Run(view =>
        {
            using var run = open(new RunProgress(view, name));
            return run.Execute(stop.Token);
        });
        if (outcome == RunOutcome.Interrupted)
        {
            Console.Error.WriteLine($"Stopped. Continue with: deliberate resume {folder}");
            if (json) JsonOutput.Write(new { Run = folder, Outcome = outcome });
            return ExitCode.Interrupted;
        }

        var table = RunTable.Read(folder);
        var best = BestCheckpoints.Read(new RunFolder(folder)) is [var first, ..] ? first : null;
        var report = RunReport.Write(Path.Combine(folder, RunReport.FileName), ShellCommand.TrainAgain(folder), folder);
        if (json)
        {
            JsonOutput.Write(new { Run = folder, Outcome = outcome, Report = report, Best = best, Evaluations = table.Rows });
            return ExitCode.Success;
        }

        RunTable.Write([table]);
        if (best is not null) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Best        {Path.Combine(folder, RunFolder.CheckpointsFolder, BestCheckpoints.Link)}: {best.Checkpoint}, {RunRecipe.Read(new RunFolder(folder)).Checkpoint.BestMetric} {best.Value:0.###}"));
        Console.Out.WriteLine($"Report      {report}");
        if (RunRecipe.Read(new RunFolder(folder)).RewardModel is not null) Console.Out.WriteLine($"Use it      deliberate search MODEL --scorer {folder}");
        else Console.Out.WriteLine($"Look at it  deliberate sample {folder}{(RunFacts.Read(new RunFolder(folder)) is { Problems: null } ? " --prompt \"...\"" : "")}");
        return ExitCode.Success;
    }
}
