using System.Globalization;
using System.Text;
using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>Names, lengths and times of what a run's state, evaluations and alarms are read from: while it is the same, so are they.</summary>
internal static class RunStamp
{
    public static string Of(RunFolder folder)
    {
        var text = new StringBuilder();
        foreach (var file in new[] { folder.Recipe, folder.Info, folder.Facts, Path.Combine(folder.Root, MetricsStream.MetricsFile), folder.Checkpoint(BestCheckpoints.FileName) }) Add(text, new FileInfo(file));
        var evaluations = new DirectoryInfo(Path.Combine(folder.Root, RunFolder.EvaluationsFolder));
        if (evaluations.Exists)
            foreach (var file in evaluations.GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal)) Add(text, file);
        text.AppendJoin(',', folder.Checkpoints()).Append(RunLock.Holder(folder.Root));
        return text.ToString();
    }

    private static void Add(StringBuilder text, FileInfo file)
    {
        if (file.Exists) text.Append(CultureInfo.InvariantCulture, $"{file.Name}:{file.Length}:{file.LastWriteTimeUtc.Ticks};");
    }
}
