using System.Text.Json;

namespace Deliberate.Core;

/// <summary>
/// A line of a JSON Lines file with its place. The accessors give a field of the line's object, or of an object inside it, or
/// throw a <see cref="UserError"/> that names file, line and field.
/// </summary>
/// <param name="File">As it was opened.</param>
/// <param name="Number">From 1.</param>
/// <param name="Root">The value.</param>
internal readonly record struct JsonLine(string File, int Number, JsonElement Root)
{
    public string GetString(string field) => GetString(Root, field);

    public string GetString(JsonElement element, string field) => Text(Get(element, field), field);

    public int GetInt32(string field) => GetInt32(Root, field);

    public int GetInt32(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind == JsonValueKind.Number && found.TryGetInt32(out var value) ? value : throw Wrong(found, field, "a whole number");
    }

    public long GetInt64(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind == JsonValueKind.Number && found.TryGetInt64(out var value) ? value : throw Wrong(found, field, "a whole number");
    }

    public double GetDouble(string field) => GetDouble(Root, field);

    /// <summary>A finite number.</summary>
    public double GetDouble(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind == JsonValueKind.Number && found.TryGetDouble(out var value) && double.IsFinite(value) ? value : throw Wrong(found, field, "a finite number");
    }

    public bool GetBool(string field) => GetBool(Root, field);

    public bool GetBool(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => throw Wrong(found, field, "true or false") };
    }

    public JsonElement GetArray(string field) => GetArray(Root, field);

    public JsonElement GetArray(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind == JsonValueKind.Array ? found : throw Wrong(found, field, "an array");
    }

    public JsonElement GetObject(string field) => GetObject(Root, field);

    public JsonElement GetObject(JsonElement element, string field)
    {
        var found = Get(element, field);
        return found.ValueKind == JsonValueKind.Object ? found : throw Wrong(found, field, "an object");
    }

    /// <summary>Null where the field is missing or null; still an error where it is no text.</summary>
    public string? GetOptionalString(string field) => GetOptionalString(Root, field);

    public string? GetOptionalString(JsonElement element, string field) =>
        TryGet(element, field, out var found) && found.ValueKind != JsonValueKind.Null ? Text(found, field) : null;

    /// <summary>Whether the object has the field, be it null.</summary>
    public bool TryGet(JsonElement element, string field, out JsonElement found)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Error($"Expected an object with the field \"{field}\", found {Describe(element)}.");
        return element.TryGetProperty(field, out found);
    }

    public JsonElement Get(JsonElement element, string field)
    {
        if (TryGet(element, field, out var found)) return found;
        throw Error("The field is missing.", field, NearestName.Suggest(field, Names(element)));
    }

    /// <summary>An error in this line, for checks beyond types.</summary>
    public UserError Error(string problem, string? field = null, string? advice = null) => new(problem, File, Number, field: field, advice: advice);

    private string Text(JsonElement found, string field)
    {
        if (found.ValueKind != JsonValueKind.String) throw Wrong(found, field, "text");
        try
        {
            return found.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error("The text holds half of a surrogate pair (\\uD800 to \\uDFFF).", field, "Write the character whole.");
        }
    }

    private UserError Wrong(JsonElement found, string field, string expected) => Error($"Expected {expected}, found {Describe(found)}.", field);

    private static string Describe(JsonElement element)
    {
        if (element.ValueKind is JsonValueKind.Object) return "an object";
        if (element.ValueKind is JsonValueKind.Array) return "an array";
        return Excerpt.Of(element.GetRawText(), 40);
    }

    private static List<string> Names(JsonElement element)
    {
        var names = new List<string>();
        try
        {
            foreach (var property in element.EnumerateObject()) names.Add(property.Name);
        }
        catch (InvalidOperationException)
        {
            // A name with half a surrogate pair cannot be shown; the ones before it can.
        }

        return names;
    }
}
