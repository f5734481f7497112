using System.CommandLine;
using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary><c>--log FILE</c>: every sample with its verdict, kept so that it can be read and checked later.</summary>
internal static class LogOption
{
    public static Option<string?> Create() => new("--log") { HelpName = "file", Description = "Keep every sample with its verdict in this log, which must not be there yet; deliberate log shows and checks it." };

    /// <summary>What a result says of its log: where it is and the hash that holds it to the result.</summary>
    public static object? Json(string? path, LogWriter? log) => log is null ? null : new { File = path, Records = log.Count, log.Hash };

    public static void Write(string? path, LogWriter? log)
    {
        if (log is not null) Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Log {path}: {log.Count} records, hash {log.Hash}"));
    }
}
