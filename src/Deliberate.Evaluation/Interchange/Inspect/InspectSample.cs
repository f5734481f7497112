using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A sample of Inspect's as one of ours. Its error is a harness error and its missing grade no grade, so that neither is taken for a
/// wrong answer (Inspect leaves both out of its accuracy without a word); grades between are wrong answers with their value.
/// </summary>
internal sealed class InspectSample(JsonElement json)
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonElement _attachments = json.Inner("attachments") ?? default;

    public string Id => json.Text("id");

    /// <summary>From 1.</summary>
    public int Epoch => (int)Math.Max(1, json.Whole("epoch"));

    /// <summary>By scorer; none of one that ended in an error.</summary>
    public IEnumerable<(string Scorer, JsonElement Score)> Scores => json.Inner("scores") is { ValueKind: JsonValueKind.Object } scores
        ? scores.EnumerateObject().Select(s => (s.Name, s.Value))
        : json.Inner("score") is { } score ? [("score", score)] : [];

    /// <param name="task">As the log calls it.</param>
    /// <param name="version">Of the task.</param>
    /// <param name="headline">The scorer whose grade is the verdict; the first where it is empty.</param>
    public EvaluatedSample Read(string task, int version, string headline)
    {
        var messages = json.Items("messages").ToArray();
        var output = json.Inner("output") ?? default;
        var choice = output.Items("choices").FirstOrDefault();
        var isAnswered = messages.Length > 0 && messages[^1].Text("role") == "assistant";
        var asked = (isAnswered ? messages[..^1] : messages).Select(Message).ToArray();
        var last = isAnswered ? messages[^1] : choice.Inner("message") ?? default;
        var stop = choice.Text("stop_reason");
        var limit = json.Inner("limit")?.Text("type") ?? "";
        var isCut = stop is "max_tokens" or "model_length" || limit is "token" or "context";
        var reply = Resolved(output.TextOrNull("completion") ?? (last.ValueKind == JsonValueKind.Object && last.TryGetProperty("content", out var content) ? JsonTexts.Parts(content) : ""));
        var usage = Usage(output);
        var completion = CompletionText.Of(Thought(last), reply, isCut, usage.ReasoningTokens);
        var prompt = Input();
        var problem = new Problem(task, 0, Split.Test, 0, prompt, State(), prompt, Target()) { Version = version };
        var sample = new Sample
        {
            Problem = problem,
            Attempt = Epoch - 1,
            Completion = completion,
            Answer = Score(headline)?.TextOrNull("answer"),
            Truncated = isCut,
            CompletionTokens = (int)Math.Min(int.MaxValue, usage.OutputTokens),
            ThoughtTokens = usage.ReasoningTokens > 0 ? (int)Math.Min(int.MaxValue, usage.ReasoningTokens) : null,
            Messages = asked.Length > 0 ? asked : [new ChatMessage("user", prompt)],
        };
        return new EvaluatedSample(sample, Verdict(sample, headline, stop, limit))
        {
            Cluster = json.Inner("metadata")?.Inner(InspectExport.Ours)?.TextOrNull("cluster") ?? problem.Id,
            Tags = Tags(),
            FinishReason = stop switch { "stop" => "stop", "max_tokens" or "model_length" => "length", "content_filter" => "content_filter", "tool_calls" => "tool_calls", _ => "" },
            Usage = usage,
            Timing = new SampleTiming(json.Number("working_time"), 0),
        };
    }

    private Verdict Verdict(Sample sample, string headline, string stop, string limit)
    {
        Score[] scores = [.. Scores.SelectMany(s => InspectScore.Read(s.Scorer, s.Score))];
        return Reasoning.Verdict.Of(Outcome(out var value, out var reason), value, reason) with { Scores = scores };

        SampleOutcome Outcome(out double value, out string reason)
        {
            value = 0;
            if (json.Inner("metadata")?.Inner(InspectExport.Ours) is { } ours)
            {
                // One that we wrote.
                (value, reason) = (ours.Number("value"), ours.Text("reason"));
                return LoggedSample.OutcomeOf(ours.Text("outcome"));
            }

            if (json.Inner("error") is { } error)
            {
                reason = error.Text("message");
                return SampleOutcome.HarnessError;
            }

            if (stop == "content_filter")
            {
                reason = "the provider's filter held it back";
                return SampleOutcome.ProviderBlocked;
            }

            if (sample.Truncated && sample.IsUnfinished)
            {
                reason = "cut off while thinking";
                return SampleOutcome.CutWhileThinking;
            }

            if (Score(headline) is not { } score)
            {
                reason = limit.Length > 0 ? $"not scored: ended by its {limit} limit" : "not scored";
                return SampleOutcome.Unscored;
            }

            reason = score.Text("explanation");
            var graded = score.TryGetProperty("value", out var given) && given.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) ? InspectScore.Value(given) : double.NaN;
            if (double.IsNaN(graded)) return given.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? SampleOutcome.Unscored : Ungraded(score.Text("reason"));
            value = graded;
            // A length or a count is neither right nor wrong; it is kept among the scores.
            return graded is < 0 or > 1 ? SampleOutcome.Unscored : graded == 1 ? SampleOutcome.Pass : SampleOutcome.Fail;
        }
    }

    private static SampleOutcome Ungraded(string reason) => reason switch
    {
        "grader_failed" => SampleOutcome.JudgeError,
        "scoring_failed" => SampleOutcome.HarnessError,
        _ => SampleOutcome.Unscored,
    };

    private JsonElement? Score(string headline)
    {
        var all = Scores.ToArray();
        var at = Array.FindIndex(all, s => s.Scorer == headline);
        return all.Length == 0 ? null : all[Math.Max(0, at)].Score;
    }

    private ChatMessage Message(JsonElement message)
    {
        var text = message.TryGetProperty("content", out var content) ? Resolved(JsonTexts.Parts(content)) : "";
        if (message.Inner("error") is { } error) text = text.Length > 0 ? $"{text}\n{error.Text("message")}" : error.Text("message");
        return new ChatMessage(message.Text("role"), text, Thought(message))
        {
            ToolCalls = [.. message.Items("tool_calls").Select(c => new ToolCall(c.Text("id"), c.Text("function"), c.Text("arguments")))],
            ToolCallId = message.TextOrNull("tool_call_id"),
        };
    }

    private string? Thought(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object) return null;
        var parts = message.Items("content").Where(p => p.Text("type") == "reasoning").Select(p => Resolved(p.TextOrNull("summary") is { Length: > 0 } summary && p.IsTrue("redacted") ? summary : p.Text("reasoning")));
        var thought = string.Join('\n', parts.Where(p => p.Length > 0));
        return thought.Length > 0 ? thought : message.TextOrNull("reasoning") is { Length: > 0 } old ? old : null;
    }

    private string Input() => json.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.Array
        ? Resolved(input.EnumerateArray().LastOrDefault(m => m.Text("role") == "user") is { ValueKind: JsonValueKind.Object } user && user.TryGetProperty("content", out var content) ? JsonTexts.Parts(content) : "")
        : Resolved(json.Text("input"));

    private string Target() => json.TryGetProperty("target", out var target) && target.ValueKind == JsonValueKind.Array
        ? string.Join('\n', target.EnumerateArray().Select(JsonTexts.Of))
        : json.Text("target");

    /// <summary>As an item of ours keeps what is not the prompt.</summary>
    private string State()
    {
        var state = new JsonObject { [EvaluationItem.IdField] = Id };
        string[] choices = [.. json.Items("choices").Select(c => JsonTexts.Of(c) ?? "")];
        if (choices.Length > 0) state[EvaluationItem.ChoicesField] = new JsonArray([.. choices.Select(c => (JsonNode)c)]);
        return state.ToJsonString(Relaxed);
    }

    /// <summary>Metadata that a list can be filtered by: short texts, numbers, yes and no.</summary>
    private Dictionary<string, string> Tags()
    {
        const int Longest = 80;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.Inner("metadata") is not { ValueKind: JsonValueKind.Object } metadata) return tags;
        foreach (var entry in metadata.EnumerateObject())
            if (entry.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False && JsonTexts.Of(entry.Value) is { Length: > 0 and <= Longest } text) tags[entry.Name] = text;
        return tags;
    }

    private ModelUsage Usage(JsonElement output)
    {
        var usages = json.Inner("model_usage") is { ValueKind: JsonValueKind.Object } all ? all.EnumerateObject().Select(u => u.Value).ToArray() : [];
        if (usages.Length == 0 && output.Inner("usage") is { } one) usages = [one];
        return new ModelUsage(
            json.Items("messages").Count(m => m.Text("role") == "assistant"),
            usages.Sum(u => u.Whole("input_tokens")), usages.Sum(u => u.Whole("input_tokens_cache_read")), usages.Sum(u => u.Whole("output_tokens")), usages.Sum(u => u.Whole("reasoning_tokens")), usages.Sum(u => u.Number("total_cost")));
    }

    /// <summary>Long texts lie beside the sample, under their hash.</summary>
    private string Resolved(string text)
    {
        const string Scheme = "attachment://";
        return text.StartsWith(Scheme, StringComparison.Ordinal) && _attachments.TextOrNull(text[Scheme.Length..]) is { } attached ? attached : text;
    }
}
