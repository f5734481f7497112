using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deliberate.Core;

/// <summary>An estimate in a list: its name, and how its value is written for people.</summary>
[JsonConverter(typeof(Json))]
internal sealed record NamedEstimate(string Name, Estimate Estimate, NumberStyle Style)
{
    /// <summary>One flat object: name, then the estimate's fields.</summary>
    private sealed class Json : JsonConverter<NamedEstimate>
    {
        public override NamedEstimate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("An estimate is made by measuring, not by reading.");

        public override void Write(Utf8JsonWriter writer, NamedEstimate value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            writer.WriteString("name", value.Name);
            EstimateJson.WriteFields(writer, value.Estimate);
            writer.WriteEndObject();
        }
    }
}
