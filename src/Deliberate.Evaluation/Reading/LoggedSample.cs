using System.Text.Json;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A sample of a log, whole, as pages and exports show it: read anew whenever it is wanted, and whoever wrote the log.</summary>
internal sealed record LoggedSample
{
    /// <summary>Asked for once a sample.</summary>
    private static readonly Dictionary<string, SampleOutcome> Outcomes = Enum.GetValues<SampleOutcome>().ToDictionary(o => RecipeWriter.Scalar(o), StringComparer.Ordinal);

    /// <summary>Number of its record in the log.</summary>
    public required long Record { get; init; }

    /// <summary><c>task@version/item/epoch</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What epochs of the same item share: <c>task@version/item</c>.</summary>
    public required string Item { get; init; }

    /// <summary>Which of the item's samples, from 0.</summary>
    public int Epoch { get; init; }

    public string Cluster { get; init; } = "";

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>The conversation that the completion ends.</summary>
    public IReadOnlyList<LoggedMessage> Messages { get; init; } = [];

    /// <summary>The last of what was asked, for lists.</summary>
    public string Prompt { get; init; } = "";

    public string Reference { get; init; } = "";

    /// <summary>Of a question with given answers.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>All that the model wrote, the thought in its tags.</summary>
    public string Completion { get; init; } = "";

    /// <summary>Without its tags; null where there is none.</summary>
    public string? Thought { get; init; }

    /// <summary>What is said outside of the thought.</summary>
    public string Reply { get; init; } = "";

    /// <summary>As it was read from the reply; null where there is none.</summary>
    public string? Answer { get; init; }

    public required Verdict Verdict { get; init; }

    public bool Truncated { get; init; }

    public string FinishReason { get; init; } = "";

    public long InputTokens { get; init; }

    public long OutputTokens { get; init; }

    public long? ThoughtTokens { get; init; }

    /// <summary>In the currency of the configuration's prices; 0 where there are none.</summary>
    public double Cost { get; init; }

    /// <summary>Seconds that the model took; 0 where nobody measured them.</summary>
    public double ModelSeconds { get; init; }

    /// <summary>As the log has it.</summary>
    public required JsonElement Body { get; init; }

    public static LoggedSample Read(LogRecord record)
    {
        var body = record.Body;
        var id = record.Id ?? "";
        var (item, epoch) = Part(id);
        var (completion, opened) = (body.Text("completion"), body.Text("thought_opened_by"));
        var split = ThinkingSplit.Of(completion, opened);
        var messages = body.Items("messages").Select(LoggedMessage.Read).ToArray();
        var prompt = body.Text("prompt");
        if (messages.Length == 0) messages = [new LoggedMessage("user", prompt)];
        var usage = body.Inner("usage") ?? default;
        return new LoggedSample
        {
            Record = record.Number,
            Id = id,
            Item = item,
            Epoch = epoch,
            Cluster = body.TextOrNull("cluster") ?? item,
            Tags = body.Inner("tags") is { ValueKind: JsonValueKind.Object } tags ? tags.EnumerateObject().ToDictionary(t => t.Name, t => JsonTexts.Of(t.Value) ?? "", StringComparer.Ordinal) : new Dictionary<string, string>(StringComparer.Ordinal),
            Messages = messages,
            Prompt = prompt.Length > 0 ? prompt : messages.LastOrDefault(m => m.Role == "user")?.Content ?? "",
            Reference = body.Text("reference"),
            Choices = ReadChoices(body.Text("state")),
            Completion = completion,
            Thought = body.TextOrNull("reasoning") ?? split.Thinking,
            Reply = split.Text,
            Answer = body.TextOrNull("answer"),
            Verdict = body.Inner("verdict") is { } verdict ? ReadVerdict(verdict) : Verdict.HarnessError("the log holds no verdict"),
            Truncated = body.IsTrue("truncated"),
            FinishReason = body.Text("finish_reason"),
            InputTokens = usage.Whole("input"),
            OutputTokens = usage.Whole("output") is > 0 and var output ? output : body.Whole("completion_tokens"),
            Cost = usage.Number("cost"),
            ThoughtTokens = body.TryGetProperty("thought_tokens", out var thought) && thought.TryGetInt64(out var count) ? count : null,
            ModelSeconds = body.Inner("timing") is { } timing ? timing.Number("model_s") : 0,
            Body = body,
        };
    }

    /// <summary>The sample as reports draw its transcript.</summary>
    public IReadOnlyList<ChatMessage> Conversation => [.. Messages.Select(m => new ChatMessage(
        m.Tool.Length > 0 ? $"{m.Role} {m.Tool}" : m.Role,
        m.Calls.Length == 0 ? m.Content : m.Content.Length == 0 ? m.Calls : $"{m.Content}\n{m.Calls}",
        m.Thought))];

    /// <summary>The item of a sample's id and the number behind it.</summary>
    public static (string Item, int Epoch) Part(string id)
    {
        var cut = id.LastIndexOf('/');
        return cut > 0 && int.TryParse(id.AsSpan(cut + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var epoch) ? (id[..cut], epoch) : (id, 0);
    }

    private static string[] ReadChoices(string state)
    {
        if (!state.Contains(EvaluationItem.ChoicesField, StringComparison.Ordinal)) return [];
        try
        {
            using var json = JsonDocument.Parse(state);
            return [.. json.RootElement.Items(EvaluationItem.ChoicesField).Select(c => JsonTexts.Of(c) ?? "")];
        }
        catch (JsonException)
        {
            // A family's own text of its problem.
            return [];
        }
    }

    private static Verdict ReadVerdict(JsonElement json)
    {
        var outcome = OutcomeOf(json.Text("outcome"));
        return Verdict.Of(outcome, json.Number("value"), json.Text("reason")) with
        {
            Scores = [.. json.Items("scores").Where(s => s.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Number).Select(s => new Score(s.Text("name"), s.Number("value"), s.Text("reason"), s.Text("evidence")))],
            Steps = [.. json.Items("steps").Select(ReadVerdict)],
        };
    }

    /// <summary>A word that is none of the eight is of a log that a newer program wrote: nobody here knows what it found.</summary>
    public static SampleOutcome OutcomeOf(string word) => Outcomes.GetValueOrDefault(word, SampleOutcome.HarnessError);
}
