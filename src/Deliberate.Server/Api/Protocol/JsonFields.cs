using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Server;

/// <summary>An object of a request, read field by field; whatever is of the wrong type or out of range is refused by its path. A field that is null is as one that is absent.</summary>
internal readonly record struct JsonFields(JsonElement Element, string Path)
{
    /// <exception cref="ApiError">It is no object.</exception>
    public static JsonFields Of(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? new JsonFields(element, path)
        : throw ApiError.Invalid(path.Length == 0 ? "The request's body has to be a JSON object." : $"'{path}' has to be an object, not {Kind(element)}.", Named(path), "invalid_type");

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public bool Has(string name) => Get(name) is not null;

    public JsonElement? Get(string name) => Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>A copy for an answer that says what was asked; null where it is absent.</summary>
    public JsonNode? Copy(string name) => Get(name) is { } value ? JsonNode.Parse(value.GetRawText()) : null;

    public string? Text(string name, int most = int.MaxValue)
    {
        if (Get(name) is not { } value) return null;
        var text = TextOf(value, PathOf(name));
        return text.Length <= most ? text : throw ApiError.Invalid($"'{PathOf(name)}' has {text.Length} characters, and may have {most}.", PathOf(name), "string_above_max_length");
    }

    public string Needed(string name, int most = int.MaxValue) => Text(name, most) ?? throw Missing(name);

    public string? Choice(string name, IReadOnlyList<string> choices)
    {
        if (Text(name) is not { } text) return null;
        return choices.Contains(text) ? text : throw ApiError.Invalid($"'{PathOf(name)}' is \"{Short(text)}\", and has to be one of {string.Join(", ", choices)}.", PathOf(name));
    }

    public double? Number(string name, double least, double most)
    {
        if (Get(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number)) throw Type(name, value, "a number");
        return number >= least && number <= most ? number
            : throw ApiError.Invalid(string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' is {number}, and has to be from {least} to {most}."), PathOf(name), "number_out_of_range");
    }

    public long? Whole(string name, long least, long most)
    {
        if (Get(name) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number)) throw Type(name, value, "a whole number");
        return number >= least && number <= most ? number
            : throw ApiError.Invalid(string.Create(CultureInfo.InvariantCulture, $"'{PathOf(name)}' is {number}, and has to be from {least} to {most}."), PathOf(name), number < least ? "integer_below_min_value" : "integer_above_max_value");
    }

    public bool? Flag(string name)
    {
        if (Get(name) is not { } value) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Type(name, value, "true or false");
    }

    public JsonFields? Object(string name) => Get(name) is { } value ? Of(value, PathOf(name)) : null;

    /// <summary>The elements of an array, each with its path; none where it is absent.</summary>
    public IReadOnlyList<(JsonElement Value, string Path)> Items(string name, int most = 100_000)
    {
        if (Get(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Type(name, value, "an array");
        if (value.GetArrayLength() > most) throw ApiError.Invalid($"'{PathOf(name)}' has {value.GetArrayLength()} elements, and may have {most}.", PathOf(name), "array_above_max_length");
        var path = PathOf(name);
        return [.. value.EnumerateArray().Select((item, at) => (item, string.Create(CultureInfo.InvariantCulture, $"{path}[{at}]")))];
    }

    /// <summary>Up to 16 pairs of texts.</summary>
    public JsonObject? Metadata()
    {
        if (Object("metadata") is not { } fields) return null;
        var pairs = new JsonObject();
        foreach (var property in fields.Element.EnumerateObject())
        {
            var name = Name(property, fields.Path);
            if (name.Length > 64) throw ApiError.Invalid("A key of 'metadata' has more than 64 characters.", "metadata", "string_above_max_length");
            pairs[name] = TextOf(property.Value, $"metadata.{name}") is { Length: <= 512 } text ? text : throw ApiError.Invalid($"'metadata.{name}' has more than 512 characters.", "metadata", "string_above_max_length");
            if (pairs.Count > 16) throw ApiError.Invalid("'metadata' has more than 16 pairs.", "metadata", "object_above_max_properties");
        }

        return pairs;
    }

    /// <exception cref="ApiError">There is a field that nobody knows; the nearest that is known is named.</exception>
    public void Know(IReadOnlyCollection<string> names)
    {
        foreach (var property in Element.EnumerateObject())
        {
            var name = Name(property, Path);
            if (names.Contains(name)) continue;
            var nearest = NearestName.Suggest(Short(name), names);
            throw new ApiError(400, $"Unknown parameter: '{Short(PathOf(name))}'.{(nearest is null ? "" : " " + nearest)}", Short(PathOf(name)), "unknown_parameter");
        }
    }

    public ApiError Missing(string name) => new(400, $"Missing required parameter: '{PathOf(name)}'.", PathOf(name), "missing_required_parameter");

    /// <summary>A text of a request; half of a surrogate pair is none.</summary>
    public static string TextOf(JsonElement value, string path) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw ApiError.Invalid($"'{path}' has to be a string, not {Kind(value)}.", path, "invalid_type");

    /// <summary>Refuses what holds half of a surrogate pair anywhere, as only an escape can: it is no text, and could not be written again.</summary>
    public void CheckTexts()
    {
        Check(Element, Path);

        static void Check(JsonElement value, string path)
        {
            try
            {
                switch (value.ValueKind)
                {
                    case JsonValueKind.String:
                        _ = value.GetString();
                        break;
                    case JsonValueKind.Array:
                        foreach (var (at, item) in value.EnumerateArray().Index()) Check(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{at}]"));
                        break;
                    case JsonValueKind.Object:
                        foreach (var property in value.EnumerateObject()) Check(property.Value, path.Length == 0 ? property.Name : $"{path}.{property.Name}");
                        break;
                }
            }
            catch (InvalidOperationException)
            {
                throw ApiError.Invalid(path.Length == 0 ? "A name in the request's body holds half of a surrogate pair, which is no text." : $"'{path}' holds half of a surrogate pair, which is no text.", Named(path), "invalid_string");
            }
        }
    }

    /// <summary>So much of a text as an error may repeat.</summary>
    public static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";

    private static string Name(JsonProperty property, string path)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw ApiError.Invalid("A field's name holds half of a surrogate pair, which is no text.", Named(path), "invalid_string");
        }
    }

    private static string? Named(string path) => path.Length == 0 ? null : path;

    private ApiError Type(string name, JsonElement value, string wanted) => ApiError.Invalid($"'{PathOf(name)}' has to be {wanted}, not {Kind(value)}.", PathOf(name), "invalid_type");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        _ => "null",
    };
}
