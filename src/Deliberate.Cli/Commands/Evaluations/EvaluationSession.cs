using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Tensors;
using Deliberate.Training;

namespace Deliberate.Cli;

/// <summary>Runs an evaluation of tasks for a command: progress while it runs, tables or JSON at the end, and the exit code that it comes to.</summary>
internal static class EvaluationSession
{
    /// <param name="told">What else is to be said of the results, behind the tables; not where JSON is asked for.</param>
    public static int Run(EvaluationRequest request, string folder, EvaluationOptions options, ParseResult parsed, Action<EvaluationReport>? told = null)
    {
        var configuration = options.Configuration(parsed);
        if (Damaged(folder) is { } damage)
        {
            Console.Error.WriteLine($"error: {damage}");
            return ExitCode.InvalidEvidence;
        }

        using var stop = new StopSignal("Stopping; what is done stays done.");
        using var handlers = new ProviderHandlers(configuration);
        var models = new EvaluationModels(configuration, handlers) { Checkpoint = name => Checkpoint(name, parsed.GetValue(options.Threads), parsed.GetRequiredValue(options.Device)), CacheFolder = options.CacheFolder(parsed) };
        EvaluationReport report;
        try
        {
            report = ProgressViews.Run(view => new EvaluationSet(request, folder, models, handlers)
                .RunAsync((task, model) => new ProgressObserver(view, $"{task.Name}, {model}"), message => view.Note(message), stop.Token).GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine($"To go on: deliberate eval resume {ShellCommand.Word(folder)}");
            throw;
        }

        if (parsed.GetValue(options.Json)) WriteJson(report);
        else
        {
            EvaluationTables.Write(report);
            told?.Invoke(report);
        }

        if (options.JUnit(parsed) is { } file) RequirementsJUnit.Write(file, report.Requirements);
        return CodeOf(report);
    }

    /// <summary>A failed requirement is told before one that cannot be told; without requirements a result must not lack too much.</summary>
    internal static int CodeOf(EvaluationReport report)
    {
        if (report.Requirements.Any(r => r.Finding == RequirementFinding.Fails)) return ExitCode.RequirementFailed;
        if (report.Requirements.Any(r => r.Finding == RequirementFinding.Inconclusive) || report.Results.Any(r => r.IsInconclusive)) return ExitCode.Inconclusive;
        return ExitCode.Success;
    }

    /// <summary>What was changed in the logs of a folder that is to be gone on with; null where nothing was.</summary>
    internal static string? Damaged(string folder)
    {
        if (!File.Exists(EvaluationFolder.FileOf(folder))) return null;
        foreach (var (_, _, log, hash) in EvaluationFolder.ReadLogs(folder).Where(l => File.Exists(l.Log)))
        {
            var check = LogCheck.Of(log);
            if (check.Damage is { } damage) return $"{log}: {damage.Problem} deliberate log verify says more, deliberate log repair keeps what is whole.";
            // What is gone on with ends otherwise; what was finished must end as it did.
            if (hash is not null && check.Hash != hash) return $"{log}: the log does not end as its result says: its hash is {check.Hash}, not {hash}.";
        }

        return null;
    }

    internal static EvaluationModel Checkpoint(string name, int threads, string device = GraphicsChoice.Cpu)
    {
        var choice = CheckpointChoice.Find(name);
        return CheckpointConnection.Open(choice.Location, name, choice.Recipe?.Reinforcement.Stop ?? [], threads, device: device);
    }

    internal static void WriteJson(EvaluationReport report)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("folder"u8, report.Folder);
            json.WriteStartArray("results"u8);
            foreach (var result in report.Results)
            {
                json.WriteStartObject();
                json.WriteString("log"u8, result.Log);
                json.WriteString("log_hash"u8, result.LogHash);
                ResultJson.Write(json, result);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            ResultJson.Write(json, report.Comparisons, report.Requirements);
            json.WriteEndObject();
        }

        Console.Out.WriteLine(Secrets.Redact(System.Text.Encoding.UTF8.GetString(stream.ToArray())));
    }
}
