using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A schema in its document.</summary>
/// <param name="Element">What it says.</param>
/// <param name="At">Where it stands, as a JSON pointer from #.</param>
/// <param name="Left">Keywords that are not looked at: they have been dealt with.</param>
internal sealed record JsonSchema(JsonElement Element, string At, params IReadOnlyList<string> Left)
{
    /// <summary>Names it: the same for the same schema.</summary>
    public string Key => Left.Count == 0 ? At : $"{At} without {string.Join(", ", Left.Order(StringComparer.Ordinal))}";

    public JsonElement? Get(string keyword) => Element.ValueKind == JsonValueKind.Object && !Left.Contains(keyword) && Element.TryGetProperty(keyword, out var value) ? value : null;

    public bool Has(string keyword) => Get(keyword) is not null;

    public JsonSchema Without(string keyword) => Has(keyword) ? new JsonSchema(Element, At, [.. Left, keyword]) : this;

    public JsonSchema Member(string keyword, JsonElement value) => new(value, PointerOf(keyword));

    public JsonSchema Member(string keyword, string name, JsonElement value) => new(value, $"{PointerOf(keyword)}/{Escaped(name)}");

    public string PointerOf(string keyword) => $"{At}/{Escaped(keyword)}";

    /// <summary>The schemas of a list.</summary>
    public IReadOnlyList<JsonSchema> List(string keyword)
    {
        if (Get(keyword) is not { ValueKind: JsonValueKind.Array } value || value.GetArrayLength() == 0) throw Wrong("is a list of at least one schema.", keyword);
        return [.. value.EnumerateArray().Select((element, i) => new JsonSchema(element, $"{PointerOf(keyword)}/{i}"))];
    }

    /// <summary>The schemas of an object, by name.</summary>
    public IEnumerable<(string Name, JsonSchema Schema)> Members(string keyword)
    {
        if (Get(keyword) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Object) throw Wrong("is an object of schemas.", keyword);
        return value.EnumerateObject().Select(p => (p.Name, Member(keyword, p.Name, p.Value)));
    }

    /// <summary>A number of things, from 0.</summary>
    public int? Count(string keyword)
    {
        if (Get(keyword) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0 ? count : throw Wrong("is a whole number from 0.", keyword);
    }

    public decimal? Number(string keyword)
    {
        if (Get(keyword) is not { } value) return null;
        return value.ValueKind == JsonValueKind.Number ? JsonNumbers.Parse(value, PointerOf(keyword)) : throw Wrong("is a number.", keyword);
    }

    public string? Text(string keyword)
    {
        if (Get(keyword) is not { } value) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong("is a text.", keyword);
    }

    public UserError Wrong(string what, string? keyword = null) => new(keyword is null ? what : $"{keyword} {what}", field: keyword is null ? At : PointerOf(keyword));

    private static string Escaped(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
