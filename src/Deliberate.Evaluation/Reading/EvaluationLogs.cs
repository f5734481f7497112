using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Where logs of samples lie.</summary>
internal static class EvaluationLogs
{
    public const string Extension = ".log";

    /// <summary>A log itself, or all in a folder and in those below it, by path.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static IReadOnlyList<string> Under(string path)
    {
        if (!Directory.Exists(path))
        {
            if (InspectLogName(path)) throw new UserError("This is a log of Inspect's.", path, advice: $"Write it as one of ours first: deliberate log import {path}");
            LogReader.CheckIsFile(path);
            return [path];
        }

        var found = In(path).ToArray();
        return found.Length > 0 ? found : throw new UserError("The folder holds no log of samples.", path, advice: "deliberate eval TASK --model MODEL writes some.");
    }

    /// <summary>All logs in a folder and those below it; none where it is not there.</summary>
    public static IEnumerable<string> In(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        return Directory.EnumerateFiles(folder, "*" + Extension, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 6 }).Where(IsLog).Order(StringComparer.Ordinal);
    }

    /// <summary>By its first bytes: any program's file may be called .log.</summary>
    private static bool IsLog(string path)
    {
        try
        {
            Span<byte> start = stackalloc byte[8];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("deliblog"u8);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            return false;
        }
    }

    private static bool InspectLogName(string path) => path.EndsWith(".eval", StringComparison.OrdinalIgnoreCase) && File.Exists(path);
}
