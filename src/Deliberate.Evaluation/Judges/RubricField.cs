using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Deliberate.Evaluation;

/// <summary>A field of a judge's verdict with its range: a whole number, one of some words, or a short text. What is outside is no verdict.</summary>
/// <param name="Name">Of the JSON property.</param>
/// <param name="Meaning">Told to the judge.</param>
internal sealed record RubricField(string Name, string Meaning)
{
    private const int LongestText = 4000;

    /// <summary>Characters of free text that a model is held to which would else not come to an end.</summary>
    private const int LongestHeld = 300;

    /// <summary>Of a whole number: both ends belong to it.</summary>
    public (int Low, int High)? Range { get; private init; }

    /// <summary>Of a choice.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    public static RubricField Whole(string name, int low, int high, string meaning) => new(name, meaning) { Range = (low, high) };

    public static RubricField Choice(string name, string meaning, params string[] words) => new(name, meaning) { Words = words };

    /// <summary>At most some thousand characters.</summary>
    public static RubricField Text(string name, string meaning) => new(name, meaning);

    /// <summary>As the judge is told it: <c>"specific": whole number from 1 to 5</c>.</summary>
    public string Described => string.Create(CultureInfo.InvariantCulture, $"\"{Name}\": {(Range is { } range ? $"a whole number from {range.Low} to {range.High}" : Words.Count > 0 ? "one of " + string.Join(", ", Words.Select(w => $"\"{w}\"")) : "a short text")}; {Meaning}");

    /// <summary>For providers that hold answers to a schema.</summary>
    /// <param name="bounded">Whether free text is bounded too.</param>
    public JsonObject Schema(bool bounded)
    {
        if (Range is { } range) return new JsonObject { ["type"] = "integer", ["minimum"] = range.Low, ["maximum"] = range.High, ["description"] = Meaning };
        var text = new JsonObject { ["type"] = "string", ["description"] = Meaning };
        if (Words.Count > 0) text["enum"] = new JsonArray([.. Words.Select(w => (JsonNode)w)]);
        else if (bounded) text["maxLength"] = LongestHeld;
        return text;
    }

    /// <summary>What is wrong with the value; null where nothing is.</summary>
    public string? Objection(JsonElement value)
    {
        if (Range is { } range)
        {
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out var number)) return $"{Name} is no whole number";
            return number < range.Low || number > range.High ? string.Create(CultureInfo.InvariantCulture, $"{Name} is {number}, which is not from {range.Low} to {range.High}") : null;
        }

        if (value.ValueKind != JsonValueKind.String) return $"{Name} is no text";
        if (Words.Count > 0) return Words.Contains(value.GetString(), StringComparer.Ordinal) ? null : $"{Name} is none of {string.Join(", ", Words)}";
        return value.GetString()!.Length > LongestText ? $"{Name} is longer than a short text" : null;
    }
}
