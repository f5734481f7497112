using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A summary of a stored thought, and what the checks found of it.</summary>
/// <param name="Key">Of the sample.</param>
/// <param name="Cluster">What hangs together.</param>
/// <param name="Text">The summary.</param>
/// <param name="Detail">Concise or detailed.</param>
/// <param name="By">Who wrote it.</param>
/// <param name="Note">Why it is by another than was asked.</param>
/// <param name="LongestRun">Words in a row that it shares with the thought.</param>
/// <param name="SummaryDisallowed">What the policy judge says of it; null where there is none, or it did not decide.</param>
/// <param name="AnswerDisallowed">Of the answer.</param>
internal sealed record SummaryRecord(string Key, string Cluster, string Text, SummaryDetail Detail, string By, string Note, int LongestRun, bool? SummaryDisallowed, bool? AnswerDisallowed)
{
    public const string Kind = "summary";

    public bool Regurgitates => LongestRun >= Regurgitation.Limit;

    /// <summary>The card's measure: the summary says what the answer must not and does not. Null where either is not decided.</summary>
    public bool? OnlySummaryDisallowed => SummaryDisallowed is { } summary && AnswerDisallowed is { } answer ? summary && !answer : null;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("cluster"u8, Cluster);
        json.WriteString("summary"u8, Text);
        json.WriteString("detail"u8, RecipeWriter.Scalar(Detail));
        json.WriteString("by"u8, By);
        if (Note.Length > 0) json.WriteString("note"u8, Note);
        json.WriteNumber("longest_run"u8, LongestRun);
        if (SummaryDisallowed is { } summary) json.WriteBoolean("summary_disallowed"u8, summary);
        if (AnswerDisallowed is { } answer) json.WriteBoolean("answer_disallowed"u8, answer);
    }

    public static SummaryRecord Read(LogRecord record)
    {
        var body = record.Body;
        return new SummaryRecord(
            record.Id!, body.GetProperty("cluster"u8).GetString()!, body.GetProperty("summary"u8).GetString()!, Enum.Parse<SummaryDetail>(body.GetProperty("detail"u8).GetString()!, ignoreCase: true), body.GetProperty("by"u8).GetString()!,
            body.TryGetProperty("note"u8, out var note) ? note.GetString()! : "", body.GetProperty("longest_run"u8).GetInt32(), Flag(body, "summary_disallowed"), Flag(body, "answer_disallowed"));
    }

    private static bool? Flag(JsonElement body, string name) => body.TryGetProperty(name, out var value) ? value.GetBoolean() : null;
}
