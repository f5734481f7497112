using System.Text.Json;

namespace Deliberate.Models;

/// <summary>
/// Objects that satisfy some schemas: the properties that they name, in that order, those that are not required or not; behind them
/// others where <c>additionalProperties</c> or <c>patternProperties</c> says of what kind, or no schema names any. The names of those
/// are written without needless escapes, and are none of the named ones; that no two are the same is not seen to.
/// </summary>
internal sealed class JsonObjects(JsonSchemaCompiler compiler, IReadOnlyList<JsonSchema> all)
{
    private readonly List<string> _names = [];
    private readonly HashSet<string> _required = new(StringComparer.Ordinal);

    /// <summary>What this reads.</summary>
    public static IReadOnlyList<string> Keywords { get; } =
        ["properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties", "unevaluatedProperties"];

    public Pattern ToPattern()
    {
        foreach (var schema in all)
        {
            foreach (var (name, _) in schema.Members("properties"))
                if (!_names.Contains(name)) _names.Add(name);
        }

        var named = _names.Count;
        foreach (var schema in all) AddRequired(schema);
        var extra = Extra(isOpen: named == 0);
        var least = all.Max(s => s.Count("minProperties")) ?? 0;
        var most = all.Min(s => s.Count("maxProperties"));
        var members = _names.Select(n => (Member: Pattern.Of(JsonPatterns.Key(n), JsonPatterns.Colon, compiler.RuleOf(Describing(n))), IsRequired: _required.Contains(n))).ToArray();
        if (members.All(m => m.IsRequired)) return Braced(AllRequired([.. members.Select(m => m.Member)], extra, least, most));
        if (least > _required.Count) throw Bounded("minProperties");
        if (most < _names.Count || (most is not null && extra is not null)) throw Bounded("maxProperties");
        return Braced(Listed(members, extra));
    }

    private static Pattern Braced(Pattern members) => Pattern.Of(Pattern.Text("{"), JsonPatterns.Space, members, Pattern.Text("}"));

    private static Pattern AllRequired(Pattern[] members, Pattern? extra, int least, int? most)
    {
        var (fewest, largest) = (Math.Max(0, least - members.Length), most - members.Length);
        if (largest < 0 || largest < fewest || (extra is null && fewest > 0)) return Pattern.Never;
        if (members.Length == 0) return extra is null ? Pattern.Empty : JsonPatterns.Listed(extra, fewest, largest);
        List<Pattern> parts = [members[0]];
        foreach (var member in members[1..]) parts.AddRange([JsonPatterns.Comma, member]);
        if (extra is not null) parts.Add(Pattern.Of(JsonPatterns.Comma, extra).Times(fewest, largest));
        return new Pattern.Sequence([.. parts, JsonPatterns.Space]);
    }

    /// <summary>Each property or not: what may follow depends on whether one stands before it, so there are two rules for each.</summary>
    private Pattern Listed((Pattern Member, bool IsRequired)[] members, Pattern? extra)
    {
        var more = extra is null ? Pattern.Empty : Pattern.Of(JsonPatterns.Comma, extra).Times(0, null);
        var behind = Pattern.Of(more, JsonPatterns.Space);
        var first = extra is null ? Pattern.Empty : JsonPatterns.Listed(extra, 0, null);
        for (var i = members.Length - 1; i >= 0; i--)
        {
            var (member, isRequired) = members[i];
            var here = Pattern.Of(member, behind);
            first = compiler.NewRule(isRequired ? here : Pattern.Either(here, first));
            var later = Pattern.Of(JsonPatterns.Comma, member, behind);
            behind = compiler.NewRule(isRequired ? later : Pattern.Either(later, behind));
        }

        return first;
    }

    private void AddRequired(JsonSchema schema)
    {
        if (schema.Get("required") is not { } required) return;
        if (required.ValueKind != JsonValueKind.Array) throw schema.Wrong("is a list of names.", "required");
        foreach (var name in required.EnumerateArray())
        {
            if (name.ValueKind != JsonValueKind.String) throw schema.Wrong($"{name.GetRawText()} is no name.", "required");
            _required.Add(name.GetString()!);
            if (!_names.Contains(name.GetString()!)) _names.Add(name.GetString()!);
        }
    }

    /// <summary>What the schemas say of a property.</summary>
    private List<JsonSchema> Describing(string name)
    {
        List<JsonSchema> describing = [];
        foreach (var schema in all)
        {
            var before = describing.Count;
            describing.AddRange(schema.Members("properties").Where(m => m.Name == name).Select(m => m.Schema));
            foreach (var (pattern, described) in schema.Members("patternProperties"))
                if (Keys(pattern, described).Matches(name)) describing.Add(described);
            if (describing.Count == before && Rest(schema) is { } rest) describing.Add(rest);
        }

        return describing;
    }

    /// <summary>A property that no schema names; null where there may be none.</summary>
    private Pattern? Extra(bool isOpen)
    {
        var patterns = all.SelectMany(s => s.Members("patternProperties").Select(m => (Schema: s, m.Name, Described: m.Schema))).ToArray();
        if (patterns.Length > 1) throw patterns[1].Schema.Wrong("of more than one pattern is not supported.", "patternProperties");
        if (patterns.Length == 0 && !isOpen && !all.Any(s => Rest(s) is not null)) return null;
        var keys = CharAutomaton.Except(_names);
        List<JsonSchema> values = [];
        foreach (var schema in all)
        {
            if (patterns.Length == 1 && patterns[0].Schema == schema)
            {
                keys = keys.And(Keys(patterns[0].Name, patterns[0].Described));
                values.Add(patterns[0].Described);
            }
            else if (Rest(schema) is { } rest)
            {
                if (rest.Element.ValueKind == JsonValueKind.False) return null;
                values.Add(rest);
            }
        }

        var key = _names.Count == 0 && patterns.Length == 0 ? new Pattern.Rule(JsonPatterns.String) : JsonPatterns.Quoted(keys);
        return Pattern.Of(key, JsonPatterns.Colon, compiler.RuleOf(values));
    }

    private static CharAutomaton Keys(string pattern, JsonSchema described) => CharAutomaton.Of(RegexSyntax.Search(pattern, described.At));

    private static JsonSchema? Rest(JsonSchema schema)
    {
        foreach (var keyword in (string[])["additionalProperties", "unevaluatedProperties"])
            if (schema.Get(keyword) is { } rest) return schema.Member(keyword, rest);
        return null;
    }

    private Core.UserError Bounded(string keyword) =>
        all.First(s => s.Has(keyword)).Wrong("beside properties that may be left out is not supported.", keyword);
}
