using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>SHA-256 over all that items hold, in their order: it changes with any of them, and so does what a result measures.</summary>
internal static class ItemsHash
{
    public static string Of(IReadOnlyList<EvaluationItem> items)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        foreach (var item in items)
        {
            buffer.ResetWrittenCount();
            json.Reset(buffer);
            json.WriteStartObject();
            json.WriteString("id"u8, item.Id);
            json.WritePropertyName("messages"u8);
            MessageJson.Write(json, item.Messages);
            json.WriteString("reference"u8, item.Reference);
            json.WriteString("cluster"u8, item.Cluster);
            json.WriteString("facts"u8, item.Facts);
            json.WriteStartArray("choices"u8);
            foreach (var choice in item.Choices) json.WriteStringValue(choice);
            json.WriteEndArray();
            json.WriteStartObject("tags"u8);
            foreach (var (name, value) in item.Tags.OrderBy(t => t.Key, StringComparer.Ordinal)) json.WriteString(name, value);
            json.WriteEndObject();
            if (item.Problem is { } problem) json.WriteString("state"u8, problem.State);
            json.WriteEndObject();
            json.Flush();
            hash.AppendData(buffer.WrittenSpan);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
