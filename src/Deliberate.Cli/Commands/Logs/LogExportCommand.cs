using System.CommandLine;
using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Cli;

/// <summary>Writes a log in another form.</summary>
internal sealed class LogExportCommand : CliCommand
{
    private const string Html = "html";

    private readonly Argument<string[]> _logs = new("LOG") { Description = "A log, or for html several of them or a folder that holds some.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _format = new("--format") { HelpName = "name", Description = $"{string.Join("; ", LogExports.All.Select(e => $"{e.Name}: {e.Summary}"))}; {Html}: one page to be sent to somebody. By the output's extension where it is left out." };
    private readonly Option<string?> _output = new("--output", "-o") { HelpName = "path", Description = "The file, or for meai the folder, to write; beside the log unless named." };
    private readonly Option<int> _samples = CommonOptions.Whole("--samples", "For html: samples of each log on the page; 0 for all.", HtmlExport.UsualSamples, 0);

    public LogExportCommand()
        : base(
            "export",
            "Write a log in another form: Inspect's, CSV, JSON Lines, Parquet, JUnit XML, Microsoft.Extensions.AI.Evaluation's result files, or a page.",
            "deliberate log export xstest.log --format inspect",
            "deliberate log export xstest.log --output xstest.csv",
            "deliberate log export xstest.log --format meai --output evaluation-store   # aieval report --path evaluation-store --output report.html",
            "deliberate log export evaluations/nightly --format html --output nightly.html")
    {
        Add(_logs);
        foreach (var option in new Option[] { _format, _output, _samples }) Add(option);
    }

    protected override int Run(ParseResult parsed)
    {
        var (paths, output) = (parsed.GetRequiredValue(_logs), parsed.GetValue(_output));
        var name = parsed.GetValue(_format) ?? ByExtension(output);
        using var stop = new StopSignal("Stopping.");
        if (name == Html)
        {
            WritePage(paths, output ?? Path.ChangeExtension(Path.TrimEndingDirectorySeparator(paths[0]), ".html"), parsed.GetValue(_samples), stop.Token);
            return ExitCode.Success;
        }

        var form = LogExports.Named(name);
        if (paths.Length > 1) throw new UserError($"{form.Name} is of one log, and {paths.Length} are named.", field: "LOG", advice: "Write them one after the other.");
        using var log = LoggedEvaluation.Open(paths[0]);
        var target = output ?? (form.Extension.Length > 0 ? Path.ChangeExtension(paths[0], form.Extension) : Path.Combine(Path.GetDirectoryName(Path.GetFullPath(paths[0]))!, "evaluation-store"));
        Refuse(target, isFolder: form.Extension.Length == 0);
        form.Write(log, target, stop.Token);
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {log.Table.Count} samples."));
        if (log.TornBytes > 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The last {log.TornBytes} bytes of the log are a part of a record: deliberate log verify {paths[0]} says more."));
        return ExitCode.Success;
    }

    private static void WritePage(string[] paths, string target, int most, CancellationToken stop)
    {
        Refuse(target, isFolder: false);
        var logs = new List<LoggedEvaluation>();
        try
        {
            foreach (var path in paths.SelectMany(EvaluationLogs.Under)) logs.Add(LoggedEvaluation.Open(path));
            HtmlExport.Write(logs, target, most, stop);
            Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target}: {logs.Count} {(logs.Count == 1 ? "log" : "logs")}, {logs.Sum(l => most == 0 ? l.Table.Count : Math.Min(most, l.Table.Count))} of {logs.Sum(l => l.Table.Count)} samples."));
        }
        finally
        {
            foreach (var log in logs) log.Dispose();
        }
    }

    private static string ByExtension(string? output)
    {
        var extension = Path.GetExtension(output ?? "").ToLowerInvariant();
        if (extension is ".html" or ".htm") return Html;
        if (extension == ".json") return "inspect";
        return LogExports.All.FirstOrDefault(e => e.Extension.Length > 0 && e.Extension == extension)?.Name
            ?? throw new UserError("Which form is to be written?", field: "--format", advice: $"One of {string.Join(", ", LogExports.All.Select(e => e.Name))}, {Html}.");
    }

    private static void Refuse(string target, bool isFolder)
    {
        if (isFolder && File.Exists(target)) throw new UserError("This is a file, and the form is a folder of files.", target, advice: "Name a folder: --output FOLDER.");
        if (!isFolder && (File.Exists(target) || Directory.Exists(target))) throw new UserError("There is something of that name already.", target, advice: "Name another with --output, or delete it.");
    }
}
