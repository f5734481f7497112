using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// Typed reading of the fields of a JSON object in a model folder: a value of the wrong kind or out of range is one error that
/// names file and field. A field that is null counts as absent, as in Python's configurations; fields nobody asks for are ignored.
/// </summary>
internal sealed class JsonFields
{
    private const int LargestFile = 4 << 20;

    private readonly JsonElement _object;
    private readonly string _prefix;

    private JsonFields(string file, JsonElement value, string prefix)
    {
        File = file;
        _object = value;
        _prefix = prefix;
    }

    public string File { get; }

    public static JsonFields Read(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(ModelFolder.ReadText(file, LargestFile), new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new UserError("must be a JSON object.", file);
            return new JsonFields(file, document.RootElement.Clone(), "");
        }
        catch (InvalidOperationException problem)
        {
            throw new UserError($"a key is not valid text: {problem.Message}", file, inner: problem);
        }
        catch (JsonException problem) when (problem.LineNumber is null)
        {
            throw new UserError($"a key stands there twice: {problem.Message}", file, inner: problem);
        }
        catch (JsonException problem)
        {
            throw new UserError($"is not valid JSON: {problem.Message}", file, (int)(problem.LineNumber ?? -1) + 1, (int)(problem.BytePositionInLine ?? -1) + 1, inner: problem);
        }
    }

    public bool Has(string name) => Value(name) is not null;

    /// <summary>Undefined where the field is absent or null.</summary>
    public JsonValueKind Kind(string name) => Value(name)?.ValueKind ?? JsonValueKind.Undefined;

    public int Int(string name, int low, int high, int? ifAbsent = null)
    {
        if (Value(name) is not { } value) return ifAbsent ?? throw Error(name, "is missing.");
        // Whole numbers that Python wrote as floats (8.0) are accepted.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == Math.Floor(number) && number >= low && number <= high) return (int)number;
        throw Error(name, $"must be a whole number from {low} to {high}, not {Shorten(value)}.");
    }

    public double Number(string name, double low, double high, double? ifAbsent = null)
    {
        if (Value(name) is not { } value) return ifAbsent ?? throw Error(name, "is missing.");
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= low && number <= high) return number;
        throw Error(name, $"must be a number from {low} to {high}, not {Shorten(value)}.");
    }

    public double? OptionalNumber(string name, double low, double high) => Has(name) ? Number(name, low, high) : null;

    public int? OptionalInt(string name, int low, int high) => Has(name) ? Int(name, low, high) : null;

    public bool Bool(string name, bool ifAbsent) => OptionalBool(name) ?? ifAbsent;

    public bool? OptionalBool(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Error(name, $"must be true or false, not {Shorten(value)}."),
    };

    public string? String(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => Text(name, value),
        { } value => throw Error(name, $"must be a string, not {Shorten(value)}."),
    };

    public JsonFields? Object(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(File, value, $"{_prefix}{name}."),
        { } value => throw Error(name, $"must be an object, not {Shorten(value)}."),
    };

    /// <summary>A list of objects; empty where the field is absent.</summary>
    public IReadOnlyList<JsonFields> Objects(string name)
    {
        if (Value(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Error(name, $"must be a list of objects, not {Shorten(value)}.");
        var objects = new List<JsonFields>();
        foreach (var item in value.EnumerateArray())
            objects.Add(item.ValueKind == JsonValueKind.Object ? new JsonFields(File, item, $"{_prefix}{name}[{objects.Count}].") : throw Error(name, $"must hold objects only, not {Shorten(item)}."));
        return objects;
    }

    public IReadOnlyList<string> Strings(string name)
    {
        if (Value(name) is not { } value) return [];
        if (value.ValueKind != JsonValueKind.Array) throw Error(name, $"must be a list of strings, not {Shorten(value)}.");
        var strings = new List<string>();
        foreach (var item in value.EnumerateArray())
            strings.Add(item.ValueKind == JsonValueKind.String ? Text(name, item) : throw Error(name, $"must hold strings only, not {Shorten(item)}."));
        return strings;
    }

    /// <summary>
    /// A number or a list of numbers, as <c>eos_token_id</c> is; negative ones mean none. What names no token is left out, and
    /// listed: few models need every id that their files name.
    /// </summary>
    public ValueList<int> TokenIds(string name, int vocabulary, ICollection<IgnoredValue> ignored)
    {
        if (Value(name) is not { } value) return [];
        var ids = new List<int>();
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) Add(item);
        }
        else
        {
            Add(value);
        }

        return new ValueList<int>(ids.ToArray());

        void Add(JsonElement item)
        {
            if (item.ValueKind == JsonValueKind.Null) return;
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var id) || id != Math.Floor(id) || id >= vocabulary) ignored.Add(Ignored(name, item));
            else if (id >= 0 && !ids.Contains((int)id)) ids.Add((int)id);
        }
    }

    public int? TokenId(string name, int vocabulary, ICollection<IgnoredValue> ignored) => TokenIds(name, vocabulary, ignored) is [var id, ..] ? id : null;

    /// <summary>The spelling of a special token: a string or, in older files, an object with its <c>content</c>.</summary>
    /// <param name="ignored">Takes what is neither, where the token is not needed; null where it is, and that is an error.</param>
    public string? Token(string name, ICollection<IgnoredValue>? ignored)
    {
        if (Value(name) is not { } value) return null;
        var isObject = value.ValueKind == JsonValueKind.Object;
        var spelling = isObject && value.TryGetProperty("content", out var content) ? content : value;
        if (spelling.ValueKind == JsonValueKind.String || ignored is null) return isObject ? Object(name)!.String("content") : String(name);
        ignored.Add(Ignored(name, value));
        return null;
    }

    public UserError Error(string name, string problem, string? advice = null) => new(problem, File, field: _prefix + name, advice: advice);

    private string Text(string name, JsonElement value)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException problem)
        {
            throw new UserError("is not valid text (half a surrogate pair).", File, field: _prefix + name, inner: problem);
        }
    }

    private IgnoredValue Ignored(string name, JsonElement value) => new(File, _prefix + name, Shorten(value));

    private JsonElement? Value(string name) => _object.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static string Shorten(JsonElement value) => value.GetRawText() is { Length: > 60 } text ? text[..60] + "..." : value.GetRawText();
}
