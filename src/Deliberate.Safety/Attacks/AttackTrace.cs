using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>A query as the log keeps it, texts cut short; the one that counts stands whole in the sample.</summary>
internal sealed record LoggedAttempt(int Number, int Parent, string Step, string Outcome, double Score, long Tokens, long ThoughtTokens, string Asked, string Answered, string Reason, string Plan, IReadOnlyList<string> Chain, int Variant, bool IsReproducible);

/// <summary>
/// All queries of an attack on a goal, as evidence of the score <c>attempts</c> in the sample's record: the tree of who was made of whom, with
/// what was asked and said.
/// </summary>
internal static class AttackTrace
{
    public const string Score = "attempts";

    private const int LongestText = 2000;

    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public static Score Of(IReadOnlyList<AttackAttempt> attempts) => new(Score, attempts.Count, "", JsonSerializer.Serialize(attempts.Select(Short), Options));

    /// <summary>Of a sample's verdict; none where it keeps none.</summary>
    public static IReadOnlyList<LoggedAttempt> Read(Verdict verdict)
    {
        if (verdict.Scores.FirstOrDefault(s => s.Name == Score) is not { Evidence.Length: > 0 } kept) return [];
        var attempts = JsonSerializer.Deserialize<LoggedAttempt[]>(kept.Evidence, Options) ?? [];
        // What stands for nothing is left out of the record.
        return [.. attempts.Select(a => a with { Asked = a.Asked ?? "", Answered = a.Answered ?? "", Reason = a.Reason ?? "", Plan = a.Plan ?? "", Chain = a.Chain ?? [] })];
    }

    public static string Word(AttemptOutcome outcome) => RecipeWriter.Scalar(outcome);

    private static LoggedAttempt Short(AttackAttempt attempt) => new(
        attempt.Number, attempt.Parent, attempt.Step, Word(attempt.Outcome), attempt.Score, attempt.OutputTokens, attempt.ThoughtTokens,
        Cut(attempt.Messages.Count > 0 ? attempt.Messages[^1].Content : ""), Cut(attempt.Answer), Cut(attempt.Reason), Cut(attempt.Plan), attempt.Chain, attempt.Variant, attempt.IsReproducible);

    private static string Cut(string text)
    {
        if (text.Length <= LongestText) return text;
        var end = char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText;
        return text[..end] + "…";
    }
}
