using System.Text.Json;
using System.Text.Json.Serialization;

namespace Deliberate.Core;

/// <summary>
/// An estimate as JSON: value, low, high, n, clusters, samples, method. What is not a number is null. It is written only: what
/// reads one back has its own idea of what to do with it.
/// </summary>
internal sealed class EstimateJson : JsonConverter<Estimate>
{
    public override Estimate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException("An estimate is made by measuring, not by reading.");

    public override void Write(Utf8JsonWriter writer, Estimate value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        WriteFields(writer, value);
        writer.WriteEndObject();
    }

    /// <summary>The fields alone, for an object that has more.</summary>
    public static void WriteFields(Utf8JsonWriter writer, Estimate estimate)
    {
        Write("value", estimate.Value);
        Write("low", estimate.Low);
        Write("high", estimate.High);
        writer.WriteNumber("n", estimate.N);
        writer.WriteNumber("clusters", estimate.Clusters);
        writer.WriteNumber("samples", estimate.Samples);
        writer.WriteString("method", JsonNamingPolicy.SnakeCaseLower.ConvertName(estimate.Method.ToString()));

        void Write(string name, double number)
        {
            if (double.IsFinite(number)) writer.WriteNumber(name, number);
            else writer.WriteNull(name);
        }
    }
}
