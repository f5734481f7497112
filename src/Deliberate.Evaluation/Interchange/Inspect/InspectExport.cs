using System.IO.Compression;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Writes a log of ours as one of Inspect's, version 2: one JSON document, or an <c>.eval</c> archive packed by deflate, which Inspect
/// and every zip program reads. A log that was imported from Inspect comes out as it went in; of ours, each sample also says in its
/// metadata what outcome it had, which Inspect has fewer words for.
/// </summary>
internal static class InspectExport
{
    /// <summary>In a sample's metadata: its outcome as ours.</summary>
    public const string Ours = "deliberate";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="target">Its extension says which form: <c>.eval</c> or <c>.json</c>.</param>
    public static void Run(LoggedEvaluation log, string target, CancellationToken cancellation = default)
    {
        var header = log.Near(InspectImport.Kind) is { Id: null } imported ? imported.Body : (JsonElement?)null;
        var isArchive = Path.GetExtension(target).Equals(".eval", StringComparison.OrdinalIgnoreCase);
        AtomicFile.Write(target, stream =>
        {
            if (isArchive) WriteArchive(stream, log, header, cancellation);
            else WriteDocument(stream, log, header, cancellation);
        });
    }

    private static void WriteDocument(Stream stream, LoggedEvaluation log, JsonElement? header, CancellationToken cancellation)
    {
        using var json = new Utf8JsonWriter(stream, Relaxed);
        json.WriteStartObject();
        WriteHeader(json, log, header);
        json.WriteStartArray("samples"u8);
        foreach (var sample in log.Samples())
        {
            cancellation.ThrowIfCancellationRequested();
            WriteSample(json, log, sample);
            if (json.BytesPending > 1 << 20) json.Flush();
        }

        json.WriteEndArray();
        if (header?.Inner("reductions") is { } reductions) PythonNumbers.Copy(json, "reductions", reductions);
        json.WriteEndObject();
    }

    private static void WriteArchive(Stream stream, LoggedEvaluation log, JsonElement? header, CancellationToken cancellation)
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Member(archive, "_journal/start.json", json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version"u8, InspectLog.NewestVersion);
            WriteSpec(json, log, header);
            json.WriteEndObject();
        });
        using var summaries = new MemoryStream();
        using (var summary = new Utf8JsonWriter(summaries, Relaxed))
        {
            summary.WriteStartArray();
            foreach (var sample in log.Samples())
            {
                cancellation.ThrowIfCancellationRequested();
                var raw = Raw(log, sample);
                Member(archive, FormattableString.Invariant($"samples/{InspectRecord.IdOf(log, sample, raw)}_epoch_{sample.Epoch + 1}.json"), json => WriteSample(json, log, sample));
                InspectRecord.WriteSummary(summary, log, sample, raw);
            }

            summary.WriteEndArray();
        }

        Member(archive, "summaries.json", summaries);
        if (header?.Inner("reductions") is { } reductions) Member(archive, "reductions.json", json => PythonNumbers.Copy(json, null, reductions));
        Member(archive, "header.json", json =>
        {
            json.WriteStartObject();
            WriteHeader(json, log, header);
            json.WriteEndObject();
        });
    }

    private static void WriteHeader(Utf8JsonWriter json, LoggedEvaluation log, JsonElement? header)
    {
        if (header is { } imported)
        {
            foreach (var field in imported.EnumerateObject())
                if (field.Name != "reductions") PythonNumbers.Copy(json, field.Name, field.Value);
            return;
        }

        json.WriteNumber("version"u8, InspectLog.NewestVersion);
        json.WriteString("status"u8, log.Result is null ? "started" : "success");
        WriteSpec(json, log, header);
        if (log.Result is not null) InspectRecord.WriteResults(json, log);
        InspectRecord.WriteStats(json, log);
        json.WriteBoolean("invalidated"u8, false);
        json.WriteStartArray("tags"u8);
        json.WriteEndArray();
        json.WriteStartObject("metadata"u8);
        json.WriteString("deliberate_log_hash"u8, log.Hash);
        json.WriteEndObject();
    }

    private static void WriteSpec(Utf8JsonWriter json, LoggedEvaluation log, JsonElement? header)
    {
        if (header is { } imported)
        {
            foreach (var name in (ReadOnlySpan<string>)["eval", "plan"])
                if (imported.Inner(name) is { } part) PythonNumbers.Copy(json, name, part);
            return;
        }

        InspectRecord.WriteEval(json, log);
        InspectRecord.WritePlan(json, log);
    }

    private static JsonElement? Raw(LoggedEvaluation log, LoggedSample sample) => log.Beside(InspectImport.IdOf(sample.Id), InspectImport.Kind)?.Body;

    private static void WriteSample(Utf8JsonWriter json, LoggedEvaluation log, LoggedSample sample)
    {
        if (Raw(log, sample) is { } raw) PythonNumbers.Copy(json, null, raw);
        else InspectRecord.WriteSample(json, log, sample);
    }

    private static void Member(ZipArchive archive, string name, Action<Utf8JsonWriter> write)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
        using var json = new Utf8JsonWriter(stream, Relaxed);
        write(json);
    }

    private static void Member(ZipArchive archive, string name, MemoryStream content)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
        content.Position = 0;
        content.CopyTo(stream);
    }
}
