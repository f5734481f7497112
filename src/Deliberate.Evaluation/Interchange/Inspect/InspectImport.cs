using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Writes a log of Inspect's as one of ours: every sample as we keep them, and beside each, in records of the kind <c>inspect</c>, what
/// Inspect wrote, so that nothing is lost and the export gives the same log back. The figures in its result are computed anew, with
/// intervals and with what is missing told.
/// </summary>
internal static class InspectImport
{
    /// <summary>Records that hold what Inspect wrote: the header without an id, a sample's under <see cref="IdOf"/>.</summary>
    public const string Kind = "inspect";

    /// <summary>Of the record beside a sample's: another than the sample's own, which names that alone.</summary>
    public static string IdOf(string sample) => $"{Kind}:{sample}";

    /// <summary>Slashes and at signs part an id's pieces.</summary>
    public static string TaskOf(string task) => task.Replace('/', '.').Replace('@', '.');

    /// <param name="source">A <c>.json</c> or <c>.eval</c> of Inspect.</param>
    /// <param name="target">Of a log that is not there.</param>
    /// <returns>How many samples there were, and the log's hash.</returns>
    public static (int Samples, string Hash) Run(string source, string target, CancellationToken cancellation = default)
    {
        using var inspect = InspectLog.Open(source);
        // Under another name until it is whole: half an import is no log of that evaluation.
        var partial = target + ".importing";
        if (File.Exists(target)) throw new UserError("The log exists.", target, advice: "Name another file, or delete this one; a log is never written over.");
        Discard(partial);
        try
        {
            var written = Write(inspect, source, partial, cancellation);
            File.Move(partial, target);
            Disk.TryDelete(LogIndex.PathOf(target));
            return written;
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotWrite(target, "Choose another file.", error);
        }
        finally
        {
            Discard(partial);
        }
    }

    private static (int Samples, string Hash) Write(InspectLog inspect, string source, string target, CancellationToken cancellation)
    {
        var task = TaskOf(inspect.Task);
        var version = (int)inspect.Eval.Whole("task_version");
        var headline = inspect.Header.Inner("results")?.Inner("headline")?.TextOrNull("scorer") ?? inspect.Eval.Items("scorers").FirstOrDefault().TextOrNull("name") ?? "";
        var hash = HashOf(source);
        using var writer = LogWriter.Create(target, json => WriteHead(json, inspect, source, hash, version));
        using var log = new EvaluationLog(writer);
        writer.Append(Kind, null, json => WriteFields(json, inspect.Header, inspect.Reductions));
        var results = new List<SampleResult>();
        foreach (var raw in inspect.Samples())
        {
            cancellation.ThrowIfCancellationRequested();
            var sample = new InspectSample(raw).Read(task, version, headline);
            log.Append(sample);
            writer.Append(Kind, IdOf(sample.Sample.Id), json =>
            {
                foreach (var field in raw.EnumerateObject()) field.WriteTo(json);
            });
            results.Add(sample.ToResult());
        }

        writer.Append(SampleLog.ResultKind, null, json => WriteResult(json, results, inspect));
        return (results.Count, writer.Hash);
    }

    private static void Discard(string partial)
    {
        foreach (var path in (ReadOnlySpan<string>)[partial, LogIndex.PathOf(partial), LogWriter.LockOf(partial), LogWriter.LockOf(partial) + ".holder"]) Disk.TryDelete(path);
    }

    private static void WriteHead(Utf8JsonWriter json, InspectLog inspect, string source, string hash, int version)
    {
        json.WriteString("command"u8, EvaluationLog.Command);
        json.WriteStartObject("task"u8);
        json.WriteString("name"u8, TaskOf(inspect.Task));
        json.WriteNumber("version"u8, version);
        json.WriteString("title"u8, inspect.Eval.TextOrNull("task_display_name") ?? inspect.Task);
        json.WriteEndObject();
        json.WriteStartObject("model"u8);
        json.WriteString("kind"u8, "inspect");
        json.WriteString("name"u8, inspect.Model);
        json.WriteBoolean("verifiable"u8, false);
        json.WriteEndObject();
        json.WriteStartObject("settings"u8);
        json.WriteNumber("epochs"u8, inspect.Eval.Inner("config") is { } config ? Math.Max(1, config.Whole("epochs")) : 1);
        json.WriteNumber("seed"u8, 0);
        json.WriteEndObject();
        json.WriteStartObject("imported"u8);
        json.WriteString("from"u8, "inspect");
        json.WriteString("file"u8, Path.GetFileName(source));
        json.WriteString("sha256"u8, hash);
        json.WriteString("status"u8, inspect.Status);
        json.WriteString("created"u8, inspect.Eval.Text("created"));
        json.WriteEndObject();
    }

    private static void WriteFields(Utf8JsonWriter json, JsonElement header, JsonElement? reductions)
    {
        foreach (var field in header.EnumerateObject())
            if (field.Name is not ("samples" or "reductions")) field.WriteTo(json);
        if (reductions is not { } reduced) return;
        json.WritePropertyName("reductions"u8);
        reduced.WriteTo(json);
    }

    private static void WriteResult(Utf8JsonWriter json, List<SampleResult> samples, InspectLog inspect)
    {
        var planned = inspect.Header.Inner("results")?.Whole("total_samples") is > 0 and var total ? (int)total : samples.Count;
        json.WriteString("task"u8, string.Create(CultureInfo.InvariantCulture, $"{TaskOf(inspect.Task)}@{inspect.Eval.Whole("task_version")}"));
        json.WriteString("model"u8, inspect.Model);
        json.WriteNumber("planned"u8, planned);
        json.WriteNumber("samples"u8, samples.Count);
        json.WriteStartObject("outcomes"u8);
        foreach (var group in samples.GroupBy(s => s.Outcome).OrderBy(g => g.Key)) json.WriteNumber(RecipeWriter.Scalar(group.Key), group.Count());
        json.WriteEndObject();
        json.WriteStartArray("measures"u8);
        foreach (var metric in Metrics(samples))
            foreach (var result in metric.Measure(samples)) ResultJson.Write(json, result);
        json.WriteEndArray();
    }

    /// <summary>The accuracy where anything is right or wrong, then the mean of each score.</summary>
    private static IEnumerable<TaskMetric> Metrics(List<SampleResult> samples)
    {
        if (samples.Any(s => s.Outcome is SampleOutcome.Pass or SampleOutcome.Fail)) yield return TaskMetric.Accuracy;
        foreach (var name in samples.SelectMany(s => s.Scores.Keys).Distinct())
        {
            var values = samples.Where(s => s.Scores.ContainsKey(name)).Select(s => s.Scores[name]).ToArray();
            if (values.Any(v => v < 0)) continue;
            yield return new TaskMetric { Name = name, Title = $"mean of {name}", Value = TaskMetric.Score(name), IsShare = values.All(v => v <= 1) };
        }
    }

    private static string HashOf(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }
}
