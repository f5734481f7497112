using System.Net;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>Writes one report of one or several runs from what their folders hold.</summary>
internal static class ReportWriter
{
    public const string FileName = "report.html";

    /// <returns>The path.</returns>
    public static string Write(string path, params string[] runs)
    {
        AtomicFile.WriteText(path, $"<!DOCTYPE html>\n<html lang=\"en\"><title>Runs</title><pre>{WebUtility.HtmlEncode(string.Join('\n', runs))}</pre></html>\n");
        return path;
    }
}
