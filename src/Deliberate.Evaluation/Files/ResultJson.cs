using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Results as logs, <c>evaluation.json</c> and <c>--json</c> have them.</summary>
internal static class ResultJson
{
    /// <summary>A result's properties, into an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        json.WriteString("task"u8, result.Task.Id);
        json.WriteString("model"u8, result.Model.Name);
        json.WriteNumber("planned"u8, result.Planned);
        json.WriteNumber("samples"u8, result.Samples.Count);
        json.WriteNumber("missing_share"u8, result.MissingShare);
        json.WriteNumber("allowed_missing_share"u8, result.AllowedMissing);
        json.WriteBoolean("inconclusive"u8, result.IsInconclusive);
        json.WriteNumber("cut_share"u8, result.CutShare);
        json.WriteNumber("cut_thinking_share"u8, result.CutThinkingShare);
        json.WriteNumber("empty_share"u8, result.EmptyShare);
        if (result.MaxTokens is { } budget) json.WriteNumber("max_tokens"u8, budget);
        json.WriteStartObject("outcomes"u8);
        foreach (var (outcome, count) in result.Outcomes.OrderBy(o => o.Key)) json.WriteNumber(RecipeWriter.Scalar(outcome), count);
        json.WriteEndObject();
        json.WriteStartArray("measures"u8);
        foreach (var measure in result.Metrics) Write(json, measure);
        json.WriteEndArray();
        json.WritePropertyName("usage"u8);
        Write(json, result.Usage);
        if (result.Task.Published.Count == 0) return;
        json.WriteStartArray("published"u8);
        foreach (var figure in result.Task.Published)
        {
            json.WriteStartObject();
            json.WriteString("metric"u8, figure.Metric);
            json.WriteString("model"u8, figure.Model);
            json.WriteNumber("value"u8, figure.Value);
            json.WriteString("source"u8, figure.Source);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (result.Task.Differences.Length > 0) json.WriteString("differences"u8, result.Task.Differences);
    }

    /// <summary>Comparisons and requirements, each as a property of an object that is open.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ResultComparison> comparisons, IReadOnlyList<RequirementResult> requirements)
    {
        if (comparisons.Count > 0)
        {
            json.WriteStartArray("comparisons"u8);
            foreach (var comparison in comparisons) Write(json, comparison);
            json.WriteEndArray();
        }

        if (requirements.Count == 0) return;
        json.WriteStartArray("requirements"u8);
        foreach (var one in requirements)
        {
            json.WriteStartObject();
            json.WriteString("requirement"u8, one.Requirement.Text);
            json.WriteString("model"u8, one.Model);
            json.WriteString("finding"u8, RecipeWriter.Scalar(one.Finding));
            json.WriteString("why"u8, one.Why);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, ModelUsage usage)
    {
        json.WriteStartObject();
        json.WriteNumber("calls"u8, usage.Calls);
        json.WriteNumber("input"u8, usage.InputTokens);
        json.WriteNumber("cached"u8, usage.CachedTokens);
        json.WriteNumber("output"u8, usage.OutputTokens);
        json.WriteNumber("reasoning"u8, usage.ReasoningTokens);
        json.WriteNumber("cost"u8, usage.Cost);
        json.WriteNumber("from_cache"u8, usage.FromCache);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, MetricResult measure)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, measure.Metric.Name);
        json.WriteString("title"u8, measure.Metric.Title);
        if (measure.Slice.Length > 0) json.WriteString("slice"u8, measure.Slice);
        EstimateJson.WriteFields(json, measure.Estimate);
        json.WriteNumber("missing"u8, measure.Missing);
        Write(json, "lowest", measure.Lowest);
        Write(json, "highest", measure.Highest);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ResultComparison comparison)
    {
        json.WriteStartObject();
        json.WriteString("task"u8, comparison.From.Task.Id);
        json.WriteString("from"u8, comparison.From.ModelName);
        json.WriteString("to"u8, comparison.To.ModelName);
        json.WriteStartArray("warnings"u8);
        foreach (var warning in comparison.Warnings) json.WriteStringValue(warning);
        json.WriteEndArray();
        json.WriteStartArray("metrics"u8);
        foreach (var metric in comparison.Metrics)
        {
            json.WriteStartObject();
            json.WriteString("name"u8, metric.Metric.Name);
            Write(json, "from", metric.From);
            Write(json, "to", metric.To);
            Write(json, "difference", metric.Difference);
            json.WriteString("finding"u8, RecipeWriter.Scalar(metric.Difference.Finding));
            if (metric.P is { } p)
            {
                json.WriteNumber("p"u8, p);
                json.WriteNumber("p_holm"u8, metric.AdjustedP ?? p);
                json.WriteNumber("only_from"u8, metric.OnlyFirst);
                json.WriteNumber("only_to"u8, metric.OnlySecond);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Estimate? estimate)
    {
        if (estimate is null) return;
        json.WritePropertyName(name);
        JsonSerializer.Serialize(json, estimate);
    }
}
