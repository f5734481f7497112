using System.Text.Json;

namespace Deliberate.Models;

/// <summary>The types that a value may have.</summary>
internal static class JsonTypes
{
    private static readonly string[] All = ["object", "array", "string", "number", "integer", "boolean", "null"];

    /// <summary>Those that all of some schemas allow; an integer is a number.</summary>
    public static HashSet<string> Of(IReadOnlyList<JsonSchema> all)
    {
        HashSet<string> types = [.. All];
        foreach (var schema in all)
        {
            if (schema.Get("type") is not { } said) continue;
            JsonElement[] names = said.ValueKind == JsonValueKind.Array ? [.. said.EnumerateArray()] : [said];
            HashSet<string> allowed = [];
            foreach (var name in names)
            {
                if (name.ValueKind != JsonValueKind.String || !All.Contains(name.GetString())) throw schema.Wrong($"{name.GetRawText()} is no type of JSON.", "type");
                allowed.Add(name.GetString()!);
            }

            if (allowed.Contains("number")) allowed.Add("integer");
            types.IntersectWith(allowed);
        }

        return types;
    }
}
