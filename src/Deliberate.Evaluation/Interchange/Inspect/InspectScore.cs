using System.Globalization;
using System.Text.Json;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A score of Inspect's as numbers: grades by its own table (C 1, P 0.5, I and N 0), what is no number NaN.</summary>
internal static class InspectScore
{
    public static double Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.String => Value(value.GetString()!),
        _ => double.NaN,
    };

    /// <summary>Of one scorer: a score by the scorer's name, or one for each entry of an object.</summary>
    public static IEnumerable<Score> Read(string scorer, JsonElement score)
    {
        var (reason, evidence) = (score.Text("explanation"), score.Text("answer"));
        if (!score.TryGetProperty("value", out var value)) yield break;
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var part in value.EnumerateObject())
                if (Value(part.Value) is var number && double.IsFinite(number)) yield return new Score($"{scorer}.{part.Name}", number, reason, evidence);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            var place = 0;
            foreach (var part in value.EnumerateArray())
                if (Value(part) is var number && double.IsFinite(number)) yield return new Score(string.Create(CultureInfo.InvariantCulture, $"{scorer}.{place++}"), number, reason, evidence);
        }
        else if (Value(value) is var number && double.IsFinite(number))
        {
            yield return new Score(scorer, number, reason, evidence);
        }
    }

    private static double Value(string word) => word.Trim() switch
    {
        "C" => 1,
        "P" => 0.5,
        "I" or "N" => 0,
        var text when text.Equals("yes", StringComparison.OrdinalIgnoreCase) || text.Equals("true", StringComparison.OrdinalIgnoreCase) => 1,
        var text when text.Equals("no", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase) => 0,
        var text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : double.NaN,
    };
}
