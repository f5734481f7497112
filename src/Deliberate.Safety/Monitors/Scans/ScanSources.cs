using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Safety;

/// <summary>Where stored thoughts are: the samples that a run drew while it trained, and logs of evaluations, whoever made them.</summary>
internal static class ScanSources
{
    private const int Parts = 3;

    /// <param name="path">A run folder, a log, or a folder of logs, of which those that a monitor wrote are left out.</param>
    /// <exception cref="UserError">It holds nothing of the kind.</exception>
    public static IEnumerable<ScannedSample> Read(string path) =>
        Directory.Exists(path) && File.Exists(new RunFolder(path).Recipe) ? OfRun(path) : EvaluationLogs.Under(path).Where(log => !MonitorLog.Is(log)).SelectMany(OfLog);

    private static IEnumerable<ScannedSample> OfRun(string run)
    {
        var file = Path.Combine(run, SampleStore.FileName);
        if (!File.Exists(file) || new FileInfo(file).Length == 0) throw new UserError("The run has no samples.", file, advice: "Its recipe skips reinforcement learning and expert iteration, or says reinforcement.store_samples: false, or it has not come so far.");
        var last = new Dictionary<RunStage, long>();
        foreach (var sample in SampleStore.Read(file)) last[sample.Stage] = Math.Max(last.GetValueOrDefault(sample.Stage), sample.Step);
        var number = 0;
        foreach (var sample in SampleStore.Read(file))
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{RecipeWriter.Scalar(sample.Stage)}/{sample.Step}/{sample.Problem}/{sample.Sample}");
            yield return new ScannedSample(run, id, Third(sample, last[sample.Stage]), sample.Problem, SampleOf(sample, number++));
        }
    }

    /// <summary>Early, middle and late samples of a stage, so that one sees whether training changes how often a monitor flags.</summary>
    private static string Third(SampleRecord sample, long last)
    {
        var third = Math.Min(Parts - 1, (sample.Step - 1) * Parts / Math.Max(1, last));
        return string.Create(CultureInfo.InvariantCulture, $"{RecipeWriter.Scalar(sample.Stage).Replace('_', ' ')}, steps {(third * last / Parts) + 1} to {(third + 1) * last / Parts}");
    }

    private static Sample SampleOf(SampleRecord record, int number)
    {
        var split = ThinkingSplit.Of(record.Text, record.ThoughtOpenedBy);
        return new Sample
        {
            Problem = new Problem("run-samples", 0, Split.Train, number, record.Prompt, "", record.Prompt, ""),
            Attempt = record.Sample,
            Completion = record.Text,
            Answer = split.Answer?.Trim(),
            Truncated = record.Truncated,
            ThoughtOpenedBy = record.ThoughtOpenedBy,
            ThoughtTokens = record.ThoughtTokens,
        };
    }

    private static IEnumerable<ScannedSample> OfLog(string path)
    {
        using var log = LoggedEvaluation.Open(path);
        var group = log.Model.Length > 0 ? $"{log.Task}, {log.Model}" : log.Task;
        for (var i = 0; i < log.Table.Count; i++)
        {
            var sample = log.Read(i);
            yield return new ScannedSample(path, sample.Id, group, sample.Cluster, AgentThoughts.Of(SampleOf(sample, i, log.Task)));
        }
    }

    private static Sample SampleOf(LoggedSample logged, int number, string task)
    {
        var opened = logged.Body.Text("thought_opened_by");
        // Imported logs keep the thought beside the text.
        var isApart = logged.Thought is not null && ThinkingSplit.Of(logged.Completion, opened).Thinking is null;
        return new Sample
        {
            Problem = new Problem(task.Length > 0 ? task : "log", 0, Split.Test, number, logged.Prompt, logged.Body.Text("state"), logged.Prompt, logged.Reference),
            Attempt = logged.Epoch,
            Messages = logged.Conversation,
            Completion = isApart ? $"{ChainOfThought.OpeningTag}{logged.Thought}{ChainOfThought.ClosingTag}{logged.Reply}" : logged.Completion,
            Answer = logged.Answer,
            Truncated = logged.Truncated,
            ThoughtOpenedBy = isApart ? "" : opened,
        };
    }
}
