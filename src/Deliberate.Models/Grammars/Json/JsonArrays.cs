using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Arrays that satisfy some schemas: elements with a schema of their own (<c>prefixItems</c>, or <c>items</c> as a list), then those of
/// <c>items</c>, between the least and the most that there may be. Behind the former nothing comes unless <c>items</c> says what.
/// </summary>
internal sealed class JsonArrays(JsonSchemaCompiler compiler, IReadOnlyList<JsonSchema> all)
{
    /// <summary>What this reads.</summary>
    public static IReadOnlyList<string> Keywords { get; } = ["prefixItems", "items", "additionalItems", "minItems", "maxItems", "uniqueItems"];

    public Pattern ToPattern()
    {
        foreach (var schema in all)
            if (schema.Get("uniqueItems") is { ValueKind: not JsonValueKind.False }) throw schema.Wrong("is not supported.", "uniqueItems");
        var prefix = all.Max(s => First(s).Count);
        var least = all.Max(s => s.Count("minItems")) ?? 0;
        var most = all.Min(s => s.Count("maxItems"));
        if (most < least) return Pattern.Never;
        var rests = all.Select(Rest).OfType<JsonSchema>().ToArray();
        var rest = compiler.RuleOf(rests);
        // An element is asked for where the list must be longer than what is known of it.
        if (prefix > 0 && rests.Length == 0) most = Math.Min(most ?? int.MaxValue, Math.Max(prefix, least));
        if (prefix == 0) return Bracketed(JsonPatterns.Listed(rest, least, most));
        var behind = most > prefix || most is null ? Pattern.Of(Pattern.Of(JsonPatterns.Comma, rest).Times(Math.Max(0, least - prefix), most - prefix), JsonPatterns.Space) : JsonPatterns.Space;
        for (var i = Math.Min(prefix, most ?? prefix) - 1; i >= 0; i--)
        {
            var element = compiler.RuleOf([.. all.Select(s => i < First(s).Count ? First(s)[i] : Rest(s)).OfType<JsonSchema>()]);
            var here = Pattern.Of(i > 0 ? JsonPatterns.Comma : Pattern.Empty, element, behind);
            behind = compiler.NewRule(i >= least ? Pattern.Either(here, i > 0 ? JsonPatterns.Space : Pattern.Empty) : here);
        }

        return Bracketed(most == 0 ? Pattern.Empty : behind);
    }

    private static Pattern Bracketed(Pattern elements) => Pattern.Of(Pattern.Text("["), JsonPatterns.Space, elements, Pattern.Text("]"));

    private static IReadOnlyList<JsonSchema> First(JsonSchema schema) =>
        schema.Has("prefixItems") ? schema.List("prefixItems") : schema.Get("items") is { ValueKind: JsonValueKind.Array } ? schema.List("items") : [];

    private static JsonSchema? Rest(JsonSchema schema)
    {
        var keyword = schema.Get("items") is { ValueKind: not JsonValueKind.Array } ? "items" : "additionalItems";
        return schema.Get(keyword) is { } rest ? schema.Member(keyword, rest) : null;
    }
}
