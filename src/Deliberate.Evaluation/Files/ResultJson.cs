using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A result as its log's last record, <c>evaluation.json</c> and <c>--json</c> have it.</summary>
internal static class ResultJson
{
    /// <summary>Its properties, into an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteString("task"u8, result.Task.Id);
        json.WriteString("model"u8, result.Model.Name);
        json.WriteNumber("planned"u8, result.Planned);
        json.WriteNumber("samples"u8, result.Samples.Count);
        json.WriteNumber("missing_share"u8, result.MissingShare);
        if (result.MaxTokens is { } budget) json.WriteNumber("max_tokens"u8, budget);
        json.WriteStartObject("outcomes"u8);
        foreach (var (outcome, count) in result.Outcomes.OrderBy(o => o.Key)) json.WriteNumber(RecipeWriter.Scalar(outcome), count);
        json.WriteEndObject();
        json.WriteStartArray("measures"u8);
        foreach (var measure in result.Metrics) Write(json, measure);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, MetricResult measure)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, measure.Metric.Name);
        json.WriteString("title"u8, measure.Metric.Title);
        if (measure.Slice.Length > 0) json.WriteString("slice"u8, measure.Slice);
        EstimateJson.WriteFields(json, measure.Estimate);
        json.WriteNumber("missing"u8, measure.Missing);
        Bound("lowest", measure.Lowest);
        Bound("highest", measure.Highest);
        json.WriteEndObject();

        void Bound(string name, Estimate? bound)
        {
            if (bound is null) return;
            json.WritePropertyName(name);
            JsonSerializer.Serialize(json, bound);
        }
    }
}
