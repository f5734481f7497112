using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;

namespace Deliberate.Server;

/// <summary>
/// The form that an answer is to have, which it then has: tokens that would lead away from it cannot come (docs/structured-output.md).
/// Beside OpenAI's text, json_object and json_schema there are <c>regex</c> and <c>grammar</c> (GBNF), each with a field of its own name.
/// </summary>
internal static class ResponseFormats
{
    /// <param name="format">Null for plain text.</param>
    /// <param name="nested">Whether the schema stands in an object of its own, as chat completions have it.</param>
    /// <returns>Null for any text.</returns>
    /// <exception cref="ApiError">It is no form, or none that can be held.</exception>
    public static OutputGrammar? Read(JsonFields? format, bool nested)
    {
        if (format is not { } fields) return null;
        var type = fields.Choice("type", ["text", "json_object", "json_schema", "regex", "grammar"]) ?? throw fields.Missing("type");
        switch (type)
        {
            case "text": return null;
            case "json_object": return OutputGrammar.JsonObject;
            case "json_schema": return Schema(nested ? fields.Object("json_schema") ?? throw fields.Missing("json_schema") : fields);
            default:
                var source = fields.Needed(type, 100_000);
                return Held(() => type == "regex" ? OutputGrammar.FromRegex(source) : OutputGrammar.FromGrammar(source), fields.PathOf(type), type);
        }
    }

    /// <summary>The form as a response repeats it.</summary>
    public static JsonNode Written(JsonFields? format) => format is { } fields ? JsonNode.Parse(fields.Element.GetRawText())! : new JsonObject { ["type"] = "text" };

    private static OutputGrammar Schema(JsonFields fields)
    {
        var name = fields.Needed("name", 64);
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '_' and not '-')) throw ApiError.Invalid($"'{fields.PathOf("name")}' may have letters, digits, underscores and dashes.", fields.PathOf("name"));
        fields.Flag("strict");
        fields.Text("description");
        return fields.Object("schema") is not { } schema ? OutputGrammar.JsonObject
            : Held(() => OutputGrammar.FromJsonSchema(schema.Element), fields.PathOf("schema"), "invalid_json_schema");
    }

    private static OutputGrammar Held(Func<OutputGrammar> make, string path, string code)
    {
        try
        {
            return make();
        }
        catch (UserError error)
        {
            throw ApiError.Invalid($"'{path}' cannot be held: {(error.Field is { } field ? $"{field}: " : "")}{error.Problem}", path, code);
        }
        catch (InvalidOperationException)
        {
            throw ApiError.Invalid($"'{path}' holds half of a surrogate pair, which is no text.", path, "invalid_string");
        }
    }
}
