using System.Text.Json;

namespace Deliberate.Evaluation;

/// <summary>
/// Reads a judge's verdict, or says why there is none. Free text is read from its last line alone, which must bear the sample's own mark: a
/// verdict in the middle of a reasoning, or one that the sample wrote, is none. Two marked lines that say different things are no verdict
/// either, nor is a field that is missing, unknown, given twice, of another type or out of its range.
/// </summary>
internal static class JudgeReply
{
    private const int LongestReply = 1 << 20;

    /// <param name="reply">What the judge said outside of its thought.</param>
    /// <param name="rubric">Whose fields it has.</param>
    /// <param name="tag">Of the sample's mark.</param>
    /// <param name="structured">Whether the whole reply is the object.</param>
    /// <param name="values">The fields.</param>
    /// <returns>What is wrong; null where it is a verdict.</returns>
    public static string? Read(string reply, Rubric rubric, string tag, bool structured, out RubricValues? values)
    {
        values = null;
        if (string.IsNullOrWhiteSpace(reply)) return "the reply is empty";
        if (reply.Length > LongestReply) return "the reply is longer than a megabyte";
        return structured ? Object(Unfenced(reply), rubric, out values) : Line(reply, rubric, JudgePrompt.VerdictMark(tag), out values);
    }

    private static string? Line(string reply, Rubric rubric, string mark, out RubricValues? values)
    {
        values = null;
        string[] lines = [.. reply.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)];
        string[] verdicts = [.. lines.Where(l => l.StartsWith(mark, StringComparison.Ordinal)).Select(l => l[mark.Length..].Trim())];
        if (verdicts.Length == 0) return "there is no line with a verdict";
        if (verdicts.Distinct(StringComparer.Ordinal).Count() > 1) return "there are two verdicts";
        if (!lines[^1].StartsWith(mark, StringComparison.Ordinal)) return "something follows the verdict";
        return Object(verdicts[0], rubric, out values);
    }

    private static string? Object(string text, Rubric rubric, out RubricValues? values)
    {
        values = null;
        JsonElement json;
        try
        {
            json = JsonDocument.Parse(text).RootElement;
        }
        catch (JsonException)
        {
            return "it is not one JSON object";
        }

        if (json.ValueKind != JsonValueKind.Object) return "it is not a JSON object";
        var names = json.EnumerateObject().Select(p => p.Name).ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() < names.Length) return "a field is given twice";
        if (names.FirstOrDefault(n => rubric.Fields.All(f => f.Name != n)) is { } unknown) return $"there is no field \"{unknown}\"";
        foreach (var field in rubric.Fields)
        {
            if (!json.TryGetProperty(field.Name, out var value)) return $"the field {field.Name} is missing";
            if (field.Objection(value) is { } objection) return objection;
        }

        values = new RubricValues(json);
        return null;
    }

    /// <summary>Without the code fence that some models put around JSON.</summary>
    private static string Unfenced(string reply)
    {
        var text = reply.Trim();
        if (!text.StartsWith("```", StringComparison.Ordinal) || !text.EndsWith("```", StringComparison.Ordinal) || text.Length < 7) return text;
        var line = text.IndexOf('\n', StringComparison.Ordinal);
        return line < 0 ? text : text[(line + 1)..^3].Trim();
    }
}
