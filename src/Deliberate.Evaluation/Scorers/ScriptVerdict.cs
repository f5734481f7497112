using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>What a script came to: one of a result, what it threw, and why it cannot be run.</summary>
/// <param name="Result">What it gave back; undefined where it gave back nothing.</param>
/// <param name="Threw">What it threw while it looked at the answer.</param>
/// <param name="Broken">Why it could not be begun, or has no end.</param>
internal sealed record ScriptOutcome(JsonElement Result, string? Threw, string? Broken)
{
    public const string ResultFile = "result.json";

    public static ScriptOutcome Of(SandboxResult ended)
    {
        if (ended.Stopped is { } stopped) return new(default, null, stopped);
        if (!ended.Files.TryGetValue(ResultFile, out var written)) return new(default, null, string.Create(CultureInfo.InvariantCulture, $"it ended with code {ended.ExitCode} and without a result: {Excerpt.Of(ended.Error.Trim(), 200)}"));
        try
        {
            using var json = JsonDocument.Parse(written);
            var result = json.RootElement.TryGetProperty("result"u8, out var found) ? found.Clone() : default;
            return new(result, json.RootElement.TextOrNull("threw"), json.RootElement.TextOrNull("broken"));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return new(default, null, "what it left as its result is no JSON");
        }
    }
}

/// <summary>
/// A script's result as a verdict, by promptfoo's rules: a number passes from the threshold on, without one above 0; of an object <c>pass</c>
/// decides, in Python its score must reach the threshold too; texts that say true, false, a number or an object count in Python alone.
/// </summary>
internal static class ScriptVerdict
{
    private const string Expected = "expected true or false, a finite number, or an object of pass, score and reason";

    public static Verdict Of(ScriptOutcome outcome, ScriptOptions options)
    {
        if (outcome.Broken is { } broken) return Verdict.HarnessError($"the script cannot be run: {broken}");
        if (outcome.Threw is { } threw) return Verdict.Fail($"the script threw {Excerpt.Of(threw, 200)}");
        try
        {
            return Of(outcome.Result, options, isText: false);
        }
        catch (JsonException)
        {
            return Odd(outcome.Result);
        }
    }

    private static Verdict Of(JsonElement result, ScriptOptions options, bool isText)
    {
        switch (result.ValueKind)
        {
            case JsonValueKind.True or JsonValueKind.False:
                var passes = result.GetBoolean() != options.Negate;
                return Judged(passes, passes ? 1 : 0, $"the script says {(result.GetBoolean() ? "true" : "false")}");
            case JsonValueKind.Number:
                return OfNumber(result.GetDouble(), options);
            case JsonValueKind.String when options.Language == ScriptLanguage.Python && !isText:
                return OfText(result, options);
            case JsonValueKind.Object:
                return OfObject(result, options);
            default:
                return Odd(result);
        }
    }

    private static Verdict OfNumber(double score, ScriptOptions options) =>
        Judged((options.Threshold is { } least ? score >= least : score > 0) != options.Negate, score, string.Create(CultureInfo.InvariantCulture, $"the script says {score:R}"));

    private static Verdict OfText(JsonElement result, ScriptOptions options)
    {
        var text = result.GetString()!.Trim();
        if (bool.TryParse(text, out var said)) return Of(JsonSerializer.SerializeToElement(said), options, isText: true);
        if (text.StartsWith('{')) return Of(JsonSerializer.Deserialize<JsonElement>(text), options, isText: true);
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? OfNumber(number, options) : Odd(result);
    }

    private static Verdict OfObject(JsonElement result, ScriptOptions options)
    {
        var hasPass = Find(result, "pass", "pass_", out var pass) && pass.ValueKind is JsonValueKind.True or JsonValueKind.False;
        if (!hasPass || !Find(result, "score", null, out var scored) || scored.ValueKind != JsonValueKind.Number) return Odd(result);
        var (score, reason) = (scored.GetDouble(), result.TextOrNull("reason") ?? "");
        var isBelow = options.Language == ScriptLanguage.Python && score < options.Threshold;
        var verdict = Judged((pass.GetBoolean() && !isBelow) != options.Negate, score, reason.Length > 0 ? reason : $"the script says {(pass.GetBoolean() ? "pass" : "fail")}");
        return Find(result, "namedScores", "named_scores", out var named) && named.ValueKind == JsonValueKind.Object
            ? verdict with { Scores = [.. named.EnumerateObject().Where(n => n.Value.ValueKind == JsonValueKind.Number).Select(n => new Score(n.Name, n.Value.GetDouble(), ""))] }
            : verdict;
    }

    private static bool Find(JsonElement from, string name, string? python, out JsonElement found) => from.TryGetProperty(name, out found) || (python is not null && from.TryGetProperty(python, out found));

    private static Verdict Judged(bool passes, double score, string reason) => passes ? Verdict.Pass(score, reason) : Verdict.Fail(reason, score);

    private static Verdict Odd(JsonElement result) => Verdict.HarnessError($"the script gave back {(result.ValueKind == JsonValueKind.Undefined ? "nothing" : Excerpt.Of(result.GetRawText(), 80))}: {Expected}");
}
