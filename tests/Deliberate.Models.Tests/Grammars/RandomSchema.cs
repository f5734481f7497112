using System.Text.Json.Nodes;

namespace Deliberate.Models.Tests;

/// <summary>A schema of what is supported, at random.</summary>
internal sealed class RandomSchema(int seed)
{
    private static readonly string[] Names = ["a", "bb", "naïve", "x y", "q\"t"];
    private static readonly string[] Patterns = ["^[a-z]{1,4}$", "a", "^x|y$", "[0-9]+", "^é.$", "^(ab|c)*$"];
    private static readonly string[] Formats = ["date", "date-time", "time", "uuid", "ipv4", "email", "hostname"];

    private readonly Random _random = new(seed);

    public string Make()
    {
        var schema = Any(3);
        schema["$defs"] = new JsonObject { ["leaf"] = Any(0), ["list"] = new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["head"] = Any(0), ["tail"] = new JsonObject { ["$ref"] = "#/$defs/list" } }, ["required"] = new JsonArray("head") } };
        return schema.ToJsonString();
    }

    private JsonObject Any(int depth)
    {
        switch (_random.Next(depth > 0 ? 12 : 6))
        {
            case 0:
                return new JsonObject { ["type"] = "boolean" };
            case 1:
                return Number("integer");
            case 2:
                return Number("number");
            case 3:
            case 4:
                return String();
            case 5:
                return new JsonObject { ["enum"] = new JsonArray("x", 3, JsonValue.Create(2.5), null, true, "\t\\\"é", new JsonArray(1, "y"), new JsonObject { ["k"] = "v" }) };
            case 6:
                return new JsonObject { ["$ref"] = _random.Next(2) == 0 ? "#/$defs/leaf" : "#/$defs/list" };
            case 7:
                return new JsonObject { ["anyOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)) };
            case 8:
                return new JsonObject { ["allOf"] = new JsonArray(Open(Object(depth - 1)), new JsonObject { ["required"] = new JsonArray("a"), ["properties"] = new JsonObject { ["a"] = new JsonObject() } }) };
            case 9:
                return Array(depth - 1);
            default:
                return Object(depth - 1);
        }
    }

    private JsonObject Object(int depth)
    {
        var schema = new JsonObject { ["type"] = "object" };
        var names = Names.Where(_ => _random.Next(2) == 0).ToArray();
        if (names.Length > 0)
        {
            schema["properties"] = new JsonObject(names.Select(n => KeyValuePair.Create<string, JsonNode?>(n, Any(depth))));
            schema["required"] = new JsonArray([.. names.Where(_ => _random.Next(2) == 0).Select(n => (JsonNode)n)]);
        }

        if (_random.Next(3) == 0) schema["additionalProperties"] = _random.Next(3) switch { 0 => false, 1 => true, _ => String() };
        if (names.Length == 0 && _random.Next(3) == 0) (schema["minProperties"], schema["maxProperties"], schema["additionalProperties"]) = (1, 3, Any(0));
        if (_random.Next(6) == 0 && schema["additionalProperties"] is null) (schema["patternProperties"], schema["additionalProperties"]) = (new JsonObject { ["^z[0-9]{1,3}$"] = Any(0) }, false);
        if (schema["patternProperties"] is not null) schema.Remove("minProperties");
        return schema;
    }

    /// <summary>One that others can name properties beside.</summary>
    private static JsonObject Open(JsonObject schema)
    {
        foreach (var keyword in new[] { "additionalProperties", "patternProperties", "minProperties", "maxProperties" }) schema.Remove(keyword);
        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Any(depth) };
        if (_random.Next(3) == 0) schema["prefixItems"] = new JsonArray(Any(depth), Any(depth));
        if (_random.Next(2) == 0) (schema["minItems"], schema["maxItems"]) = (_random.Next(3), 2 + _random.Next(3));
        return schema;
    }

    private JsonObject String()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (_random.Next(4))
        {
            case 0:
                schema["pattern"] = Patterns[_random.Next(Patterns.Length)];
                if (_random.Next(2) == 0) schema["maxLength"] = 12;
                break;
            case 1:
                schema["format"] = Formats[_random.Next(Formats.Length)];
                break;
            case 2:
                (schema["minLength"], schema["maxLength"]) = (_random.Next(4), 3 + _random.Next(4));
                break;
        }

        return schema;
    }

    private JsonObject Number(string type)
    {
        var schema = new JsonObject { ["type"] = type };
        var low = decimal.Round((decimal)((_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(6))), _random.Next(4));
        if (_random.Next(2) == 0) schema[_random.Next(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        if (_random.Next(2) == 0) schema[_random.Next(2) == 0 ? "maximum" : "exclusiveMaximum"] = low + 1 + _random.Next(1000);
        return schema;
    }
}
