using System.Text;
using System.Text.Json.Nodes;

namespace Deliberate.Testing;

/// <summary>Requests to an OpenAI-compatible server that are wrong in ways that programs and people make them wrong: the same for the same seed.</summary>
public sealed class MalformedRequests(int seed)
{
    private static readonly (string Path, string Body)[] Good =
    [
        ("/v1/chat/completions", """{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"u"}]},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"r"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"temperature":1,"top_p":0.5,"n":1,"max_completion_tokens":5,"stop":["x"],"seed":1,"logprobs":true,"top_logprobs":2,"stream":false,"reasoning_effort":"low","response_format":{"type":"text"},"metadata":{"a":"b"},"tool_choice":"auto"}"""),
        ("/v1/responses", """{"model":"m","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"u"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"r"}],"instructions":"i","tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}],"temperature":1,"max_output_tokens":16,"reasoning":{"effort":"low","summary":"auto"},"text":{"format":{"type":"text"}},"include":["reasoning.encrypted_content"],"metadata":{"a":"b"},"store":false,"truncation":"disabled","top_logprobs":1}"""),
        ("/v1/completions", """{"model":"m","prompt":["a","b"],"max_tokens":5,"temperature":1,"n":1,"stop":"x","echo":false}"""),
        ("/v1/conversations", """{"items":[{"type":"message","role":"user","content":"u"}],"metadata":{"a":"b"}}"""),
        ("/v1/responses/compact", """{"model":"m","input":"a"}"""),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next one.</summary>
    public (string Method, string Path, string ContentType, byte[] Body) Next()
    {
        var (path, good) = Good[_random.Next(Good.Length)];
        return _random.Next(12) switch
        {
            // Cut, or with a byte changed or doubled.
            0 => Post(path, Encoding.UTF8.GetBytes(good)[.._random.Next(good.Length)]),
            1 => Post(path, Changed(good)),
            2 => Post(path, [.. Encoding.UTF8.GetBytes(good), 0xFF, 0xFE]),
            3 => Post(path, Encoding.UTF8.GetBytes(new string('[', _random.Next(70, 5000)) + new string(']', 10))),
            4 => Post(path, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", _random.Next(70, 2000))) + "1")),
            5 => ("POST", path, "text/plain", Encoding.UTF8.GetBytes(good)),
            6 => (_random.Next(2) == 0 ? "PUT" : "PATCH", path, "application/json", Encoding.UTF8.GetBytes(good)),
            7 => ("GET", $"/v1/responses/{Odd()}", "application/json", []),
            8 => ("POST", $"/v1/{Odd()}", "application/json", Encoding.UTF8.GetBytes(good)),
            // Mostly: a field of a wrong kind, out of range, or one that is unknown.
            _ => Post(path, Encoding.UTF8.GetBytes(Mutated(JsonNode.Parse(good)!.AsObject()).ToJsonString())),
        };
    }

    private static (string, string, string, byte[]) Post(string path, byte[] body) => ("POST", path, "application/json", body);

    private byte[] Changed(string good)
    {
        var bytes = Encoding.UTF8.GetBytes(good);
        for (var i = _random.Next(1, 4); i > 0; i--) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
        return bytes;
    }

    private string Odd() => _random.Next(6) switch
    {
        0 => "..%2f..%2fetc%2fpasswd",
        1 => "%20",
        2 => new string('a', _random.Next(1, 3000)),
        3 => "resp_" + new string('x', 32),
        4 => "%F0%9F%98%80",
        _ => "resp_..",
    };

    /// <summary>Changes one value somewhere, or adds a field.</summary>
    private JsonObject Mutated(JsonObject root)
    {
        var places = new List<(JsonNode Parent, object Key)>();
        Collect(root, places);
        var (parent, key) = places[_random.Next(places.Count)];
        if (_random.Next(6) == 0) root[$"unknown_{_random.Next(100)}"] = Value();
        else if (parent is JsonObject fields) fields[(string)key] = Value();
        else parent.AsArray()[(int)key] = Value();
        return root;
    }

    private JsonNode? Value() => _random.Next(12) switch
    {
        0 => -1,
        1 => 1e300,
        2 => true,
        3 => "",
        4 => new JsonArray(),
        5 => new JsonObject { ["a"] = 1 },
        6 => new JsonArray(1, "a", null),
        7 => long.MaxValue,
        8 => new string('ÿ', _random.Next(1, 400)),
        9 => 0.5,
        10 => "none such",
        _ => new JsonObject { ["type"] = "image_url" },
    };

    private static void Collect(JsonNode node, List<(JsonNode, object)> places)
    {
        if (node is JsonObject fields)
        {
            foreach (var (name, value) in fields)
            {
                places.Add((node, name));
                if (value is not null) Collect(value, places);
            }
        }
        else if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                places.Add((node, i));
                if (items[i] is { } item) Collect(item, places);
            }
        }
    }
}
