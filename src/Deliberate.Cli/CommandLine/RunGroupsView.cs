using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Groups of runs that differ in their seed, as tables and as JSON: means over seeds, and differences paired by seed.</summary>
internal static class RunGroupsView
{
    public static void Write(IReadOnlyList<RunGroup> groups)
    {
        var accuracy = SampleMeasure.Accuracy;
        var done = groups.Where(group => group.Finished.Count > 0).OrderByDescending(group => group.After(accuracy).Value).ToArray();
        var estimates = done.SelectMany(group => new[] { group.Before(accuracy), group.After(accuracy), group.Gain(accuracy) }).ToArray();
        var methods = EstimateText.Methods(estimates);
        Terminal.WriteTable(
            $"Right answers, means over seeds{(methods.Length > 0 ? $" with 95% intervals over seeds ({methods})" : "")}:",
            ["settings", "seeds", "before", "after", "difference", "single seeds"],
            done.Select(group => (string[])
            [
                group.Name, group.Finished.Count.ToString(CultureInfo.InvariantCulture), group.Before(accuracy).WithRange(NumberStyle.Share), group.After(accuracy).WithRange(NumberStyle.Share), group.Gain(accuracy).WithRange(NumberStyle.Share),
                string.Join(" ", group.Finished.Select(run => accuracy.Of(run.First(run.Final!)).Value(NumberStyle.Share))),
            ]),
            words: 1);
        foreach (var other in done.Skip(1)) Console.Out.WriteLine(SweepReport.Compared(done[0], other));
        var missing = groups.Sum(group => group.Runs.Count - group.Finished.Count);
        if (missing > 0) Console.Out.WriteLine($"{missing} run{(missing == 1 ? " has" : "s have")} not come to the last evaluation, and {(missing == 1 ? "is" : "are")} left out.");
    }

    public static object Json(IReadOnlyList<RunGroup> groups) => groups.Select(group => new
    {
        Settings = group.Name,
        Seeds = group.Runs.Select(run => run.Facts.Seeds.Run),
        Finished = group.Finished.Count,
        Before = group.Before(SampleMeasure.Accuracy),
        After = group.After(SampleMeasure.Accuracy),
        Difference = group.Gain(SampleMeasure.Accuracy),
        Length = group.After(SampleMeasure.CompletionLength),
        Runs = group.Runs.Select(run => new { run.Folder, Seed = run.Facts.Seeds.Run, Before = run.Base is { } from ? SampleMeasure.Accuracy.Of(run.First(from)) : null, After = run.Final is { } to ? SampleMeasure.Accuracy.Of(run.First(to)) : null }),
    });
}
