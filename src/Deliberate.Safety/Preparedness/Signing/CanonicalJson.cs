using System.Buffers;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Safety;

/// <summary>
/// One form of bytes for equal JSON values, as signatures need it: keys in the order of their letters (as in RFC 8785), no spaces,
/// numbers in the shortest form that reads back as the same.
/// </summary>
internal static class CanonicalJson
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Bytes(JsonNode? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain)) Write(json, value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>SHA-256 of them, in hexadecimal.</summary>
    public static string Hash(JsonNode? value) => Convert.ToHexStringLower(SHA256.HashData(Bytes(value)));

    private static void Write(Utf8JsonWriter json, JsonNode? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case JsonObject section:
                json.WriteStartObject();
                foreach (var (name, inner) in section.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    json.WritePropertyName(name);
                    Write(json, inner);
                }

                json.WriteEndObject();
                break;
            case JsonArray list:
                json.WriteStartArray();
                foreach (var item in list) Write(json, item);
                json.WriteEndArray();
                break;
            default:
                Single(json, value);
                break;
        }
    }

    private static void Single(Utf8JsonWriter json, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                json.WriteStringValue(value.GetValue<string>());
                break;
            case JsonValueKind.Number:
                var number = double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
                if (number == Math.Floor(number) && Math.Abs(number) < 1e15) json.WriteNumberValue((long)number);
                else json.WriteNumberValue(number);
                break;
            default:
                json.WriteBooleanValue(value.GetValue<bool>());
                break;
        }
    }
}
