using System.Globalization;
using System.Text;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Makes a <see cref="Grammar"/> of a JSON schema (2020-12, and what earlier drafts call the same): what it writes is JSON that the schema
/// accepts. Several schemas that one value must satisfy (<c>allOf</c>, a <c>$ref</c> with others beside it, a property that two of them
/// describe) are compiled together, a rule for each such set, so that recursion is a rule that calls itself. What the schema accepts beyond
/// what is written: properties in another order than it names them; properties that it does not name, unless it says
/// <c>additionalProperties</c>; other spellings of a number or string that it gives. What is not supported is refused by its JSON pointer.
/// </summary>
internal sealed class JsonSchemaCompiler
{
    /// <summary>Rules: some thousands of schemas in one another.</summary>
    private const int MostRules = 20_000;

    /// <summary>Keywords that change which values are valid, and cannot be had.</summary>
    private static readonly string[] Unsupported =
    [
        "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "dependencies", "propertyNames", "contains", "minContains", "maxContains", "multipleOf",
        "$dynamicRef", "$recursiveRef", "unevaluatedItems",
    ];

    private readonly JsonElement _root;
    private readonly Dictionary<string, Pattern> _rules = new(JsonPatterns.Rules(), StringComparer.Ordinal);
    private readonly Queue<(string Name, IReadOnlyList<JsonSchema> All)> _open = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private JsonSchemaCompiler(JsonElement root) => _root = root;

    /// <exception cref="UserError">A schema that is malformed, not supported, or that nothing satisfies, with the JSON pointer as its field.</exception>
    public static Grammar Compile(JsonElement schema)
    {
        var compiler = new JsonSchemaCompiler(schema);
        var root = compiler.RuleOf([new JsonSchema(schema, "#")]);
        while (compiler._open.TryDequeue(out var next)) compiler._rules[next.Name] = compiler.Write(next.All);
        compiler._rules["root"] = Pattern.Of(JsonPatterns.Space, root);
        var grammar = new Grammar(compiler._rules, "root");
        try
        {
            // Whether there is anything to write is known only now.
            GrammarNet.Build(grammar, static _ => true);
        }
        catch (UserError problem)
        {
            throw new UserError($"the schema cannot be used: {problem.Problem}", field: "#", advice: problem.Advice, inner: problem);
        }

        return grammar;
    }

    /// <summary>The rule of values that satisfy all of some schemas.</summary>
    public Pattern RuleOf(IReadOnlyList<JsonSchema> all)
    {
        var name = string.Join(" & ", all.Select(s => s.Key).Distinct().Order(StringComparer.Ordinal));
        if (_known.Add(name))
        {
            if (_known.Count > MostRules) throw TooMany();
            _open.Enqueue((name, all));
        }

        return new Pattern.Rule(name);
    }

    /// <summary>A rule for a part of another, so that it is written once.</summary>
    public Pattern NewRule(Pattern pattern)
    {
        if (_rules.Count > MostRules) throw TooMany();
        var name = string.Create(CultureInfo.InvariantCulture, $"part {_rules.Count}");
        _rules.Add(name, pattern);
        return new Pattern.Rule(name);
    }

    private static UserError TooMany() => new($"the schema needs more than {MostRules} rules.", field: "#");

    private Pattern Write(IReadOnlyList<JsonSchema> all)
    {
        List<JsonSchema> flat = [];
        HashSet<string> seen = [];
        foreach (var schema in all) Flatten(schema, flat, seen);
        if (flat.Exists(s => s.Element.ValueKind == JsonValueKind.False)) return Pattern.Never;
        // One union at a time: what stands beside it is asked of each of its schemas.
        foreach (var schema in flat)
        {
            foreach (var keyword in (string[])["anyOf", "oneOf"])
            {
                if (!schema.Has(keyword)) continue;
                JsonSchema[] others = [.. flat.Where(s => s != schema), schema.Without(keyword)];
                return Pattern.Either([.. schema.List(keyword).Select(option => RuleOf([.. others, option]))]);
            }
        }

        return Simple(flat);
    }

    /// <summary>A schema with those that it refers to and those that it joins.</summary>
    private void Flatten(JsonSchema schema, List<JsonSchema> flat, HashSet<string> seen)
    {
        if (!seen.Add(schema.Key)) return;
        if (schema.Element.ValueKind is JsonValueKind.True) return;
        if (schema.Element.ValueKind is not (JsonValueKind.Object or JsonValueKind.False)) throw schema.Wrong($"a schema is an object, true or false, not {schema.Element.ValueKind}.");
        flat.Add(schema.Without("$ref").Without("allOf"));
        if (schema.Element.ValueKind == JsonValueKind.False) return;
        foreach (var keyword in Unsupported)
            if (schema.Get(keyword) is { } value && !(keyword == "multipleOf" && value.ValueKind == JsonValueKind.Number && value.GetDouble() == 1)) throw schema.Wrong("is not supported.", keyword);
        if (schema.Get("$ref") is { } reference)
        {
            var to = Resolve(schema, reference);
            if (to.At == schema.At) throw schema.Wrong("refers to itself.", "$ref");
            Flatten(to, flat, seen);
        }

        if (!schema.Has("allOf")) return;
        foreach (var joined in schema.List("allOf")) Flatten(joined, flat, seen);
    }

    private JsonSchema Resolve(JsonSchema schema, JsonElement reference)
    {
        var text = reference.ValueKind == JsonValueKind.String ? reference.GetString()! : throw schema.Wrong("is no text.", "$ref");
        if (!text.StartsWith('#') || (text.Length > 1 && text[1] != '/')) throw schema.Wrong($"\"{text}\" is not in this schema; only pointers such as #/$defs/name are followed.", "$ref");
        var at = _root;
        foreach (var part in text.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            var found = at.ValueKind == JsonValueKind.Object ? at.TryGetProperty(name, out var member) : Index(out member);
            at = found ? member : throw schema.Wrong($"\"{text}\" is not there.", "$ref");

            bool Index(out JsonElement element)
            {
                element = default;
                if (at.ValueKind != JsonValueKind.Array || !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= at.GetArrayLength()) return false;
                element = at[index];
                return true;
            }
        }

        return new JsonSchema(at, text);
    }

    /// <summary>Schemas without references and unions.</summary>
    private Pattern Simple(List<JsonSchema> all)
    {
        if (all.Count == 0) return new Pattern.Rule(JsonPatterns.Value);
        var types = JsonTypes.Of(all);
        if (all.Exists(s => s.Has("enum") || s.Has("const"))) return Given(all, types);
        List<Pattern> options = [];
        if (types.Contains("object")) options.Add(new JsonObjects(this, all).ToPattern());
        if (types.Contains("array")) options.Add(new JsonArrays(this, all).ToPattern());
        if (types.Contains("string")) options.Add(Strings(all).ToPattern());
        if (types.Contains("number")) options.Add(Numbers(all, isInteger: all.Exists(s => s.Has("multipleOf"))));
        else if (types.Contains("integer")) options.Add(Numbers(all, isInteger: true));
        if (types.Contains("boolean")) options.AddRange([Pattern.Text("true"), Pattern.Text("false")]);
        if (types.Contains("null")) options.Add(Pattern.Text("null"));
        return Pattern.Either([.. options]);
    }

    /// <summary>The values that every <c>enum</c> and <c>const</c> among them gives and the others allow.</summary>
    private Pattern Given(List<JsonSchema> all, HashSet<string> types)
    {
        List<JsonElement>? given = null;
        foreach (var schema in all)
        {
            foreach (var keyword in (string[])["enum", "const"])
            {
                if (schema.Get(keyword) is not { } value) continue;
                if (keyword == "enum" && (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)) throw schema.Wrong("is a list of at least one value.", keyword);
                JsonElement[] values = keyword == "const" ? [value] : [.. value.EnumerateArray()];
                given = given is null ? [.. values] : given.FindAll(g => values.Any(v => JsonElement.DeepEquals(g, v)));
            }
        }

        return Pattern.Either([.. given!.Where(Fits).Select(JsonPatterns.Literal)]);

        bool Fits(JsonElement value)
        {
            switch (value.ValueKind)
            {
                case JsonValueKind.String:
                    return types.Contains("string") && Satisfies(Strings(all).ToPattern(), value);
                case JsonValueKind.Number:
                    var isWhole = value.TryGetDecimal(out var number) && number == decimal.Truncate(number);
                    return (types.Contains("number") || (types.Contains("integer") && isWhole)) && WithinBounds(all, number);
                case JsonValueKind.True or JsonValueKind.False:
                    return types.Contains("boolean");
                case JsonValueKind.Null:
                    return types.Contains("null");
                case JsonValueKind.Object:
                    RefuseBeside(all, JsonObjects.Keywords);
                    return types.Contains("object");
                default:
                    RefuseBeside(all, JsonArrays.Keywords);
                    return types.Contains("array");
            }
        }
    }

    private static void RefuseBeside(List<JsonSchema> all, IEnumerable<string> keywords)
    {
        foreach (var schema in all)
        {
            foreach (var keyword in keywords)
                if (schema.Has(keyword)) throw schema.Wrong("beside enum or const of objects or arrays is not supported.", keyword);
        }
    }

    private static bool Satisfies(Pattern pattern, JsonElement value)
    {
        var grammar = new Grammar(new Dictionary<string, Pattern>(JsonPatterns.Rules(), StringComparer.Ordinal) { ["root"] = pattern }, "root");
        var automaton = new GrammarAutomaton(GrammarNet.Build(grammar, static _ => true), TokenTrie.Empty, []);
        return automaton.After(automaton.Start, Encoding.UTF8.GetBytes(JsonPatterns.Spell(value.GetString()!))) is { Accepts: true };
    }

    private static bool WithinBounds(List<JsonSchema> all, decimal value)
    {
        var (low, high) = Bounds(all);
        return (low is not { } l || value > l.Value || (value == l.Value && !l.IsExclusive)) && (high is not { } h || value < h.Value || (value == h.Value && !h.IsExclusive));
    }

    private static Pattern Numbers(List<JsonSchema> all, bool isInteger)
    {
        var (low, high) = Bounds(all);
        return JsonNumbers.Between(low, high, isInteger);
    }

    private static (NumberBound? Low, NumberBound? High) Bounds(List<JsonSchema> all)
    {
        NumberBound? low = null, high = null;
        foreach (var schema in all)
        {
            foreach (var (keyword, isExclusive) in (ReadOnlySpan<(string, bool)>)[("minimum", false), ("exclusiveMinimum", true)])
                if (schema.Number(keyword) is { } value && (low is not { } known || value > known.Value || (value == known.Value && isExclusive))) low = new NumberBound(value, isExclusive);
            foreach (var (keyword, isExclusive) in (ReadOnlySpan<(string, bool)>)[("maximum", false), ("exclusiveMaximum", true)])
                if (schema.Number(keyword) is { } value && (high is not { } known || value < known.Value || (value == known.Value && isExclusive))) high = new NumberBound(value, isExclusive);
        }

        return (low, high);
    }

    private static JsonStrings Strings(List<JsonSchema> all)
    {
        var strings = new JsonStrings();
        foreach (var schema in all)
        {
            if (schema.Count("minLength") is { } least) strings.AtLeast(least);
            if (schema.Count("maxLength") is { } most) strings.AtMost(most);
            if (schema.Text("pattern") is { } pattern) strings.Holds(pattern, schema.PointerOf("pattern"));
            // Of numbers, descriptions of APIs say how wide they are.
            if (schema.Text("format") is { } format && format is not ("int32" or "int64" or "float" or "double")) strings.HasFormat(format, schema.PointerOf("format"));
        }

        return strings;
    }
}
