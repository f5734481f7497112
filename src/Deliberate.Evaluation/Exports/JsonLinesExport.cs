using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A JSON object a sample and line: the columns of the other tables, and the conversation whole.</summary>
internal static class JsonLinesExport
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(LoggedEvaluation log, string path, CancellationToken cancellation = default) => AtomicFile.Write(path, stream =>
    {
        var columns = new ExportColumns(log).All;
        using var json = new Utf8JsonWriter(stream, Relaxed);
        foreach (var sample in log.Samples())
        {
            cancellation.ThrowIfCancellationRequested();
            json.WriteStartObject();
            foreach (var column in columns)
            {
                if (column.Text is { } text) json.WriteString(column.Name, text(sample));
                else if (column.Number!(sample) is { } number) json.WriteNumber(column.Name, number);
                else json.WriteNull(column.Name);
            }

            json.WriteStartArray("messages"u8);
            foreach (var message in sample.Messages)
            {
                json.WriteStartObject();
                json.WriteString("role"u8, message.Role);
                json.WriteString("content"u8, message.Content);
                if (message.Thought is { } thought) json.WriteString("reasoning"u8, thought);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    });
}
