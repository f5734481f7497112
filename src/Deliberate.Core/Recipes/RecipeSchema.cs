using System.Collections;
using System.ComponentModel;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Core;

/// <summary>
/// The JSON schema (draft 2020-12) of a recipe type, for completion and checks in an editor: descriptions, defaults, ranges,
/// enum values and required keys, all from the type that <see cref="RecipeReader"/> binds.
/// </summary>
internal static class RecipeSchema
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Json<T>(string? title = null)
        where T : class
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema" };
        if (title is not null) schema["title"] = title;
        Section(schema, typeof(T), null, null, 1);
        return schema.ToJsonString(Indented) + "\n";
    }

    /// <param name="schema">Filled in.</param>
    /// <param name="type">Of the section.</param>
    /// <param name="defaults">The instance whose values are the defaults; the type's own if null.</param>
    /// <param name="others">What they are by the value of another key; null where they do not depend on one.</param>
    /// <param name="level">Of nesting.</param>
    private static void Section(JsonObject schema, Type type, object? defaults, Variants? others, int level)
    {
        if (level > RecipeParser.DeepestLevel) throw new ArgumentException($"{type} contains itself: a recipe cannot.", nameof(type));
        if (type.IsAbstract && RecipeKindsAttribute.Find(type) is { } kinds)
        {
            schema["oneOf"] = new JsonArray([.. kinds.Kinds.Select(kind => Kind(kind.Name, kind.Type, level))]);
            return;
        }

        var recipe = RecipeType.Of(type);
        defaults ??= recipe.CreateDefault();
        if (type.GetCustomAttribute<DefaultsByAttribute>() is { } by) others = new Variants(by.Key, [.. by.All.Select(one => (one.Value, (object?)one.Defaults))]);
        schema["type"] = "object";
        schema["additionalProperties"] = false;
        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var field in recipe.Fields)
        {
            var value = field.Property.GetValue(defaults);
            var property = new JsonObject();
            var inner = field.Key == others?.Key ? null : others?.Of(field);
            if (string.Join(' ', ((string?[])[field.Description, inner?.Words()]).OfType<string>()) is { Length: > 0 } words) property["description"] = words;
            Type(property, field.Type, field.Nullable, field.ItemNullable, field.Range, field.Required ? null : value, inner, level);
            if (field.Names is { } names) Names(property, names);
            if (field.Required) required.Add(field.Key);
            else if (Default(value, field.Nullable) is { } node) property["default"] = node.Value;
            properties[field.Key] = property;
        }

        schema["properties"] = properties;
        if (required.Count > 0) schema["required"] = required;
    }

    /// <summary>A section whose key <c>kind</c> has this name.</summary>
    private static JsonObject Kind(string name, Type type, int level)
    {
        var schema = new JsonObject { ["title"] = name };
        if (type.GetCustomAttribute<DescriptionAttribute>() is { } about) schema["description"] = about.Description;
        Section(schema, type, null, null, level);
        ((JsonObject)schema["properties"]!).Insert(0, RecipeKindsAttribute.Key, new JsonObject { ["const"] = name });
        var required = schema["required"] as JsonArray ?? [];
        required.Insert(0, RecipeKindsAttribute.Key);
        schema["required"] ??= required;
        return schema;
    }

    private static void Type(JsonObject schema, Type type, bool nullable, bool itemNullable, InRangeAttribute? range, object? value, Variants? others, int level)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) (type, nullable) = (inner, true);
        if (type.IsEnum)
        {
            var names = new JsonArray([.. RecipeType.EnumNames(type).Select(n => (JsonNode?)n.Name)]);
            if (nullable) names.Add(null);
            schema["enum"] = names;
            return;
        }

        if (type == typeof(string)) schema["type"] = "string";
        else if (type == typeof(bool)) schema["type"] = "boolean";
        else if (RecipeType.IsNumber(type)) Number(schema, type, range);
        else if (RecipeType.ListItem(type) is { } item)
        {
            var items = new JsonObject();
            Type(items, item, itemNullable, false, range, null, null, level + 1);
            schema["type"] = "array";
            schema["items"] = items;
        }
        else if (RecipeType.DictionaryValue(type) is { } entry)
        {
            var values = new JsonObject();
            Type(values, entry, itemNullable, false, range, null, null, level + 1);
            schema["type"] = "object";
            schema["additionalProperties"] = values;
        }
        else Section(schema, type, value, others, level + 1);
        if (nullable) schema["type"] = new JsonArray((string)schema["type"]!, "null");
    }

    /// <summary>A text is one of them; a dictionary has no others for keys.</summary>
    private static void Names(JsonObject schema, IReadOnlyList<string> names)
    {
        if (schema["additionalProperties"] is not JsonObject values)
        {
            schema["enum"] = new JsonArray([.. names.Select(n => (JsonNode?)n)]);
            return;
        }

        var properties = new JsonObject();
        foreach (var name in names) properties[name] = values.DeepClone();
        schema["properties"] = properties;
        schema["additionalProperties"] = false;
    }

    private static void Number(JsonObject schema, Type type, InRangeAttribute? range)
    {
        schema["type"] = RecipeType.IsInteger(type) ? "integer" : "number";
        if (range is null) return;
        if (double.IsFinite(range.Min)) schema[range.MinExclusive ? "exclusiveMinimum" : "minimum"] = range.Min;
        if (double.IsFinite(range.Max)) schema[range.MaxExclusive ? "exclusiveMaximum" : "maximum"] = range.Max;
    }

    /// <summary>The default of a single value, list or null; null (no default shown) for a section, whose keys show theirs.</summary>
    private static DefaultValue? Default(object? value, bool nullable) => value switch
    {
        null => nullable ? new DefaultValue(null) : null,
        string text => new DefaultValue(text),
        bool flag => new DefaultValue(flag),
        Enum name => new DefaultValue(RecipeWriter.Scalar(name)),
        _ when RecipeType.IsNumber(value.GetType()) => new DefaultValue(JsonSerializer.SerializeToNode(value, value.GetType())),
        IDictionary => null,
        IEnumerable items => List(items),
        _ => null,
    };

    private static DefaultValue? List(IEnumerable items)
    {
        var list = new JsonArray();
        foreach (var item in items)
        {
            if (Default(item, nullable: true) is not { } node) return null;
            list.Add(node.Value);
        }

        return new DefaultValue(list);
    }

    /// <summary>A section, or a value, by the value of another key.</summary>
    private sealed record Variants(string Key, IReadOnlyList<(string Value, object? Is)> All)
    {
        /// <summary>The same of a field; null where a section is not there.</summary>
        public Variants? Of(RecipeField field) => All.Any(one => one.Is is null) ? null : new Variants(Key, [.. All.Select(one => (one.Value, field.Property.GetValue(one.Is)))]);

        /// <summary>Which values there are, where they are single ones and differ.</summary>
        public string? Words()
        {
            if (All.Any(one => one.Is is not (null or string or bool or Enum) && !RecipeType.IsNumber(one.Is!.GetType()))) return null;
            var groups = All.GroupBy(one => RecipeWriter.Scalar(one.Is)).OrderByDescending(group => group.Count()).ToArray();
            if (groups.Length == 1) return null;
            return $"Default by {Key}: {string.Join("; ", groups.Select((group, at) => at == 0 && group.Count() > 1 ? $"{group.Key}" : $"{group.Key} for {string.Join(", ", group.Select(one => one.Value))}"))}.";
        }
    }

    /// <summary>Tells a default of null from no default.</summary>
    private readonly record struct DefaultValue(JsonNode? Value);
}
