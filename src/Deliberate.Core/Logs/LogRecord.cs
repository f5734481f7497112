using System.Text.Json;

namespace Deliberate.Core;

/// <summary>
/// A record of a log: <c>{"kind": …, "id": …, "body": {…}}</c>. The kind says what the body is, the id finds it again; several
/// records may have the same id, and none must have one.
/// </summary>
internal sealed record LogRecord(long Number, string Kind, string? Id, JsonElement Body)
{
    /// <summary>The first record of each log, which says what the log is.</summary>
    public const string Head = "log";

    /// <summary>What was imported may hold values within values, deeper than is usual.</summary>
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 600 };

    /// <exception cref="JsonException">These bytes are no record.</exception>
    public static LogRecord Read(long number, ReadOnlySpan<byte> record)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(record, Deep);
        if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty("kind", out var kind) || kind.ValueKind != JsonValueKind.String || !json.TryGetProperty("body", out var body)) throw new JsonException("A record is an object with kind and body.");
        var id = json.TryGetProperty("id", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString() : null;
        return new LogRecord(number, kind.GetString()!, id, body);
    }

    /// <summary>The id alone, which stands before the body: a whole log is gone through for the index.</summary>
    public static string? IdOf(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            if (!isId && reader.ValueTextEquals("body"u8)) return null;
            reader.Read();
            if (isId) return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    /// <summary>Writes it; <paramref name="body"/> writes the properties of the body.</summary>
    public static void Write(Utf8JsonWriter json, string kind, string? id, Action<Utf8JsonWriter> body)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, kind);
        if (id is not null) json.WriteString("id"u8, id);
        json.WriteStartObject("body"u8);
        body(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }
}
