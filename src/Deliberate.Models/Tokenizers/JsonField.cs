using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Models;

/// <summary>A value in a JSON file that knows where it stands, so that every complaint names file and field.</summary>
internal readonly struct JsonField(JsonElement value, string path, string? file)
{
    public bool IsAbsent => value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public bool IsText => value.ValueKind == JsonValueKind.String;

    /// <summary>A member; absent if there is none.</summary>
    public JsonField this[string name]
    {
        get
        {
            Object();
            return new(value.TryGetProperty(name, out var member) ? member : default, path.Length == 0 ? name : $"{path}.{name}", file);
        }
    }

    public JsonField Object() => value.ValueKind == JsonValueKind.Object ? this : throw Error(IsAbsent ? "Missing." : "Not an object.");

    public string Text()
    {
        if (!IsText) throw Error(IsAbsent ? "Missing." : "Not a string.");
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw Error($"Not a valid string: {e.Message}");
        }
    }

    public string? OptionalText() => IsAbsent ? null : Text();

    public int Integer() =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Error(IsAbsent ? "Missing." : "Not a whole number of 32 bits.");

    public double? OptionalNumber() =>
        IsAbsent ? null : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number : throw Error("Not a number.");

    /// <summary>True or false, or the default where absent.</summary>
    public bool Flag(bool missing = false) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => IsAbsent ? missing : throw Error("Neither true nor false."),
    };

    public List<JsonField> Items()
    {
        if (value.ValueKind != JsonValueKind.Array) throw Error(IsAbsent ? "Missing." : "Not a list.");
        var items = new List<JsonField>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray()) items.Add(new(item, $"{path}[{items.Count}]", file));
        return items;
    }

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
            catch (InvalidOperationException e)
            {
                throw Error($"A name is not a valid string: {e.Message}");
            }
        }

        return members;
    }

    public UserError Error(string problem, string? advice = null) => new(problem, file, field: path, advice: advice);
}
