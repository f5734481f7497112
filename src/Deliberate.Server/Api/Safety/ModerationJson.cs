using System.Text.Json.Nodes;
using Deliberate.Safety;

namespace Deliberate.Server;

/// <summary>
/// Verdicts of moderation as OpenAI writes them. Categories are the moderator's own; OpenAI's stand beside them only where its description asks
/// for each of them, as ones that nobody looked at: false, 0, and of no type of input. <c>reason</c> is ours.
/// </summary>
internal static class ModerationJson
{
    /// <summary>The field <c>moderation</c> of a response.</summary>
    public static JsonObject? Response(ModerationOutcome? outcome) => outcome is null ? null : new JsonObject
    {
        ["input"] = Body(outcome.Prompt, outcome.Moderator),
        ["output"] = outcome.Answer is { } answer ? Body(answer, outcome.Moderator) : NotJudged(),
    };

    /// <summary>The field <c>moderation</c> of chat completions, whose answers may be several.</summary>
    public static JsonObject? Chat(IReadOnlyList<ModerationOutcome?> outcomes)
    {
        if (outcomes.OfType<ModerationOutcome>().ToArray() is not { Length: > 0 } all) return null;
        JsonObject Several(IEnumerable<ModerationVerdict> verdicts)
        {
            var judged = verdicts.ToArray();
            if (Array.Find(judged, v => v.Problem is not null) is { } failed) return Body(failed, all[0].Moderator);
            return new JsonObject { ["type"] = "moderation_results", ["model"] = all[0].Moderator, ["results"] = new JsonArray([.. judged.Select(v => Body(v, all[0].Moderator))]) };
        }

        var answers = all.Select(o => o.Answer).OfType<ModerationVerdict>().ToArray();
        return new JsonObject { ["input"] = Several([all[0].Prompt]), ["output"] = answers.Length == 0 ? NotJudged() : Several(answers) };
    }

    /// <summary>One of the results of <c>/v1/moderations</c>, with all of OpenAI's categories.</summary>
    public static JsonObject Result(ModerationVerdict verdict)
    {
        var result = new JsonObject { ["flagged"] = verdict.IsFlagged };
        Add(result, verdict, ModerationCategories.Names);
        return result;
    }

    private static JsonObject Body(ModerationVerdict verdict, string moderator)
    {
        if (verdict.Problem is { } problem) return new JsonObject { ["type"] = "error", ["code"] = "moderation_failed", ["message"] = problem };
        var body = new JsonObject { ["type"] = "moderation_result", ["model"] = moderator, ["flagged"] = verdict.IsFlagged };
        Add(body, verdict, []);
        return body;
    }

    private static void Add(JsonObject body, ModerationVerdict verdict, IReadOnlyList<string> unseen)
    {
        var (categories, scores, types) = (new JsonObject(), new JsonObject(), new JsonObject());
        foreach (var name in unseen) (categories[name], scores[name], types[name]) = (false, 0, new JsonArray());
        foreach (var (name, score) in verdict.Scores) (categories[name], scores[name], types[name]) = (verdict.IsFlagged && score > 0, Math.Round(score, 6), new JsonArray("text"));
        (body["categories"], body["category_scores"], body["category_applied_input_types"]) = (categories, scores, types);
        if (verdict.Reason.Length > 0) body["reason"] = verdict.Reason;
    }

    private static JsonObject NotJudged() => new() { ["type"] = "error", ["code"] = "not_judged", ["message"] = "The prompt was withheld from the model, so that there is no answer." };
}
