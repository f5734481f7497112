namespace Deliberate.Server;

/// <summary>The form that an answer is to have. A form that the server cannot vouch for is refused, rather than asked for and hoped for.</summary>
internal static class ResponseFormats
{
    /// <param name="format">Null for plain text.</param>
    /// <param name="nested">Whether the schema stands in an object of its own, as chat completions have it.</param>
    public static void Check(JsonFields? format, bool nested)
    {
        if (format is not { } fields) return;
        var type = fields.Choice("type", ["text", "json_object", "json_schema"]) ?? throw fields.Missing("type");
        if (type == "text") return;
        if (type == "json_schema")
        {
            var schema = nested ? fields.Object("json_schema") ?? throw fields.Missing("json_schema") : fields;
            if (schema.Needed("name", 64) is var name && (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not '_' and not '-'))) throw ApiError.Invalid($"'{schema.PathOf("name")}' may have letters, digits, underscores and dashes.", schema.PathOf("name"));
            schema.Object("schema");
        }

        throw ApiError.Unsupported($"This server cannot hold answers to \"{type}\" yet, and does not pretend to. Ask for text and say in the message what form it is to have, or offer a function.", fields.PathOf("type"));
    }
}
