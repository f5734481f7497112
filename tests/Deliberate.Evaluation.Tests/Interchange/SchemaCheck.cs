using System.Text.Json;

namespace Deliberate.Evaluation.Tests;

/// <summary>As much of JSON Schema as the OpenAPI document of Inspect's log uses: references, alternatives, types, required and further properties, items, constants, enumerations.</summary>
internal sealed class SchemaCheck(JsonElement document)
{
    private readonly JsonElement _schemas = document.GetProperty("components").GetProperty("schemas");

    /// <summary>What of a value does not follow the schema of that name, a line each with its place.</summary>
    public IReadOnlyList<string> Problems(string name, JsonElement value)
    {
        var problems = new List<string>();
        Check(_schemas.GetProperty(name), value, name, problems);
        return problems;
    }

    private void Check(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        if (schema.ValueKind == JsonValueKind.True || problems.Count > 20) return;
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(_schemas.GetProperty(reference.GetString()!.Split('/')[^1]), value, at, problems);
            return;
        }

        foreach (var word in new[] { "anyOf", "oneOf" })
        {
            if (!schema.TryGetProperty(word, out var alternatives)) continue;
            if (alternatives.EnumerateArray().Any(one => Fits(one, value))) return;
            problems.Add($"{at}: fits none of {word}");
            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsOf(type.GetString()!, value)) problems.Add($"{at}: {value.ValueKind} is no {type.GetString()}");
        if (schema.TryGetProperty("const", out var constant) && !JsonElement.DeepEquals(constant, value)) problems.Add($"{at}: is not {constant}");
        if (schema.TryGetProperty("enum", out var values) && !values.EnumerateArray().Any(v => JsonElement.DeepEquals(v, value))) problems.Add($"{at}: {value} is none of the values");
        if (value.ValueKind == JsonValueKind.Object) CheckObject(schema, value, at, problems);
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            var i = 0;
            foreach (var item in value.EnumerateArray()) Check(items, item, $"{at}[{i++}]", problems);
        }
    }

    private void CheckObject(JsonElement schema, JsonElement value, string at, List<string> problems)
    {
        if (schema.TryGetProperty("required", out var required))
            foreach (var name in required.EnumerateArray().Select(r => r.GetString()!))
                if (!value.TryGetProperty(name, out _)) problems.Add($"{at}: {name} is missing");
        var known = schema.TryGetProperty("properties", out var properties);
        foreach (var field in value.EnumerateObject())
        {
            if (known && properties.TryGetProperty(field.Name, out var inner)) Check(inner, field.Value, $"{at}.{field.Name}", problems);
            else if (schema.TryGetProperty("additionalProperties", out var more) && more.ValueKind == JsonValueKind.Object) Check(more, field.Value, $"{at}.{field.Name}", problems);
        }
    }

    private bool Fits(JsonElement schema, JsonElement value)
    {
        var problems = new List<string>();
        Check(schema, value, "", problems);
        return problems.Count == 0;
    }

    /// <summary>Numbers that JSON has not were read as the texts that name them.</summary>
    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number || (value.ValueKind == JsonValueKind.String && value.GetString() is "NaN" or "Infinity" or "-Infinity"),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => false,
    };
}
