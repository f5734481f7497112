using System.Globalization;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>What pages say of a run in a few words.</summary>
internal static class RunTexts
{
    /// <summary>reinforcement 34 of 120.</summary>
    public static string Place(RunOverview run) => run.Condition == RunCondition.Finished
        ? "done"
        : string.Create(CultureInfo.InvariantCulture, $"{RunWords.Stage(run.Stage)} {run.Step:N0} of {run.Steps:N0}");

    public static string State(RunCondition condition) => condition switch
    {
        RunCondition.Running => "running",
        RunCondition.Finished => "finished",
        RunCondition.Stopped => "stopped",
        _ => "unreadable",
    };

    /// <summary>3 min ago; the date where that is longer ago than a day.</summary>
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < 60 } => "just now",
        { TotalMinutes: < 60 } span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min ago"),
        { TotalHours: < 24 } span => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalHours} h ago"),
        _ => at.ToLocalTime().ToString("d MMM yyyy", CultureInfo.InvariantCulture),
    };
}
