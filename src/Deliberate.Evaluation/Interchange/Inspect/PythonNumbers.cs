using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>
/// The other direction of <see cref="PythonJson"/>: copies JSON, and where a value of a score or of a metric is one of the texts that
/// stand for numbers that JSON has not, writes the bare word, as Inspect does.
/// </summary>
internal static class PythonNumbers
{
    /// <param name="name">Of a property; null for a value by itself.</param>
    public static void Copy(Utf8JsonWriter json, string? name, JsonElement value)
    {
        if (name is not null) json.WritePropertyName(name);
        Copy(json, value, isNumber: false);
    }

    public static void Write(Utf8JsonWriter json, string name, double value)
    {
        json.WritePropertyName(name);
        if (double.IsFinite(value)) json.WriteNumberValue(value);
        else json.WriteRawValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity", skipInputValidation: true);
    }

    private static void Copy(Utf8JsonWriter json, JsonElement value, bool isNumber)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var field in value.EnumerateObject())
                {
                    json.WritePropertyName(field.Name);
                    // A score of several values has them in an object.
                    Copy(json, field.Value, field.Name == "value" || (isNumber && field.Value.ValueKind == JsonValueKind.String));
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray()) Copy(json, item, isNumber);
                json.WriteEndArray();
                break;
            case JsonValueKind.String when isNumber && value.GetString() is "NaN" or "Infinity" or "-Infinity":
                json.WriteRawValue(value.GetString()!, skipInputValidation: true);
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }
}
