using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>
/// A value in a JSON file of a model that knows where it stands: one of the wrong kind or out of range is an error that names file
/// and field. A field that is null counts as absent, as in Python's configurations; fields nobody asks for are ignored.
/// </summary>
internal readonly struct JsonField(JsonElement value, string path, string? file)
{
    private const int LargestFile = 4 << 20;

    /// <summary>Where it stands; null for a text that was made.</summary>
    public string? File => file;

    public bool IsAbsent => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    /// <summary>Not there at all, where null says something.</summary>
    public bool IsMissing => value.ValueKind == JsonValueKind.Undefined;

    public bool IsText => value.ValueKind == JsonValueKind.String;

    public bool IsList => value.ValueKind == JsonValueKind.Array;

    /// <summary>A member; absent if there is none.</summary>
    public JsonField this[string name]
    {
        get
        {
            Object();
            return new(value.TryGetProperty(name, out var member) ? member : default, path.Length == 0 ? name : $"{path}.{name}", file);
        }
    }

    /// <summary>Reads a small file that holds an object.</summary>
    public static JsonField Read(string file) => Parse(ModelFolder.ReadText(file, LargestFile), file, root => new JsonField(root.Clone(), "", file)).Object();

    /// <summary>Parses a text and reads what it holds, which is gone afterwards.</summary>
    public static T Parse<T>(ReadOnlyMemory<byte> json, string? file, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return read(document.RootElement);
        }
        catch (InvalidOperationException problem)
        {
            throw new UserError($"a key is not a valid string: {problem.Message}", file, inner: problem);
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

    public JsonField Object() => value.ValueKind == JsonValueKind.Object ? this : throw Wrong("an object");

    public JsonField? OptionalObject() => IsAbsent ? null : Object();

    public string Text()
    {
        if (!IsText) throw Wrong("a string");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException problem)
        {
            throw new UserError("is not a valid string: it holds half of a surrogate pair.", file, field: path, inner: problem);
        }
    }

    public string? OptionalText() => IsAbsent ? null : Text();

    /// <summary>A whole number, which Python may have written as a float (8.0).</summary>
    public int Int(int low = int.MinValue, int high = int.MaxValue, int? ifAbsent = null)
    {
        if (IsAbsent && ifAbsent is { } otherwise) return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number == Math.Floor(number) && number >= low && number <= high
            ? (int)number
            : throw Wrong($"a whole number from {low} to {high}");
    }

    public int? OptionalInt(int low, int high) => IsAbsent ? null : Int(low, high);

    public double Number(double low, double high, double? ifAbsent = null)
    {
        if (IsAbsent && ifAbsent is { } otherwise) return otherwise;
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= low && number <= high ? number : throw Wrong($"a number from {low} to {high}");
    }

    public double? OptionalNumber(double low, double high) => IsAbsent ? null : Number(low, high);

    /// <summary>True or false, or the default where absent.</summary>
    public bool Flag(bool missing = false) => OptionalFlag() ?? missing;

    public bool? OptionalFlag() => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => IsAbsent ? null : throw Wrong("true or false"),
    };

    public List<JsonField> Items()
    {
        if (!IsList) throw Wrong("a list");
        var items = new List<JsonField>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray()) items.Add(new(item, $"{path}[{items.Count}]", file));
        return items;
    }

    /// <summary>A list of strings; empty where the field is absent.</summary>
    public List<string> Strings() => IsAbsent ? [] : Items().ConvertAll(item => item.Text());

    public List<(string Name, JsonField Value)> Members()
    {
        Object();
        var members = new List<(string, JsonField)>();
        foreach (var member in value.EnumerateObject())
        {
            try
            {
                members.Add((member.Name, new(member.Value, $"{path}[\"{member.Name}\"]", file)));
            }
            catch (InvalidOperationException problem)
            {
                throw Error($"a name is not a valid string: {problem.Message}");
            }
        }

        return members;
    }

    /// <summary>
    /// A number or a list of numbers, as <c>eos_token_id</c> is; negative ones mean none. What names no token is left out, and
    /// listed: few models need every id that their files name.
    /// </summary>
    public ValueList<int> TokenIds(int vocabulary, ICollection<IgnoredValue> ignored)
    {
        var ids = new List<int>();
        foreach (var item in IsAbsent ? [] : IsList ? value.EnumerateArray().ToArray() : [value])
        {
            if (item.ValueKind == JsonValueKind.Null) continue;
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out var id) || id != Math.Floor(id) || id >= vocabulary) ignored.Add(Ignored(item));
            else if (id >= 0 && !ids.Contains((int)id)) ids.Add((int)id);
        }

        return new ValueList<int>(ids.ToArray());
    }

    public int? TokenId(int vocabulary, ICollection<IgnoredValue> ignored) => TokenIds(vocabulary, ignored) is [var id, ..] ? id : null;

    /// <summary>The spelling of a special token: a string or, in older files, an object with its <c>content</c>.</summary>
    /// <param name="ignored">Takes what is neither, where the token is not needed; null where it is, and that is an error.</param>
    public string? Token(ICollection<IgnoredValue>? ignored)
    {
        if (IsAbsent) return null;
        var spelling = value.ValueKind == JsonValueKind.Object ? this["content"] : this;
        if (spelling.IsText || ignored is null) return spelling.OptionalText();
        ignored.Add(Ignored(value));
        return null;
    }

    public UserError Error(string problem, string? advice = null) => new(problem, file, field: path.Length == 0 ? null : path, advice: advice);

    private UserError Wrong(string expected) => Error(IsAbsent ? "is missing." : $"must be {expected}, not {Shown(value)}.");

    private IgnoredValue Ignored(JsonElement item) => new(file ?? "", path, Shown(item));

    private static string Shown(JsonElement value) => Excerpt.Of(value.GetRawText(), 60);
}
