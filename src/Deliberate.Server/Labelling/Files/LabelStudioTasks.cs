using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Server;

/// <summary>
/// Label Studio's JSON. A task's <c>data</c> holds <c>problem</c>, optionally <c>answer</c>, and <c>steps</c> or <c>solution</c>, or of
/// a pair <c>prompt</c> and <c>responses</c>; a rating is a result of type <c>choices</c> with <c>from_name</c> <c>rating_0</c> and on,
/// and <c>bad</c>, <c>okay</c>, <c>great</c> or <c>unsure</c> as its choice; a choice between two is of type <c>pairwise</c>. Predictions are
/// read as what a model thinks, annotations as known labels. docs/labelling.md holds the labelling configuration that goes with it.
/// </summary>
internal static class LabelStudioTasks
{
    private static readonly string[] Words = ["bad", "okay", "great"];
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An array of tasks, as Label Studio writes it.</summary>
    public static IEnumerable<NewItem> Read(string path, LabellingKind kind)
    {
        JsonElement tasks;
        try
        {
            tasks = JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(path));
        }
        catch (JsonException error)
        {
            throw new UserError($"This is not valid JSON: {error.Message}", path, (int)(error.LineNumber ?? 0) + 1, inner: error);
        }

        return tasks.EnumerateArray().Select((task, i) => Of(new JsonLine(path, i + 1, task), kind));
    }

    /// <param name="line">A task; its number is the task's in an array.</param>
    /// <param name="kind">Of the project.</param>
    public static NewItem Of(JsonLine line, LabellingKind kind)
    {
        var data = line.GetObject("data");
        if (kind == LabellingKind.Preference)
        {
            var responses = line.GetArray(data, "responses");
            if (responses.GetArrayLength() != 2) throw line.Error("A pair has two answers.", "data.responses");
            var pair = new ItemContent { Problem = line.GetString(data, "prompt"), Responses = [.. responses.EnumerateArray().Select(r => r.ValueKind == JsonValueKind.String ? r.GetString()! : throw line.Error("Expected text.", "data.responses"))], Source = Id(line) };
            var selected = Results(line, "annotations").Where(r => Field(r, "type") == "pairwise").Select(r => r.GetProperty("value").GetProperty("selected").GetString()).FirstOrDefault();
            return new NewItem(pair, selected switch { "left" => "{\"preferred\":0}", "right" => "{\"preferred\":1}", _ => null }, null);
        }

        if (kind == LabellingKind.Phase1) throw line.Error("Tasks of Label Studio hold whole solutions.", "data", "Make a project of phase 2.");
        var answer = line.GetOptionalString(data, "answer");
        IReadOnlyList<string> steps = line.TryGet(data, "steps", out var given) && given.ValueKind == JsonValueKind.Array
            ? [.. given.EnumerateArray().Select((s, i) => s.ValueKind == JsonValueKind.String ? s.GetString()! : s.ValueKind == JsonValueKind.Object && s.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : throw line.Error("Expected text.", $"data.steps[{i}]"))]
            : ItemReader.Steps(line.GetString(data, "solution"), null);
        if (steps.Count == 0) throw line.Error("There is no step.", "data.steps");
        var content = new ItemContent { Problem = line.GetOptionalString(data, "problem") ?? line.GetString(data, "prompt"), ReferenceAnswer = answer, Steps = steps, Source = Id(line) };
        var gold = Ratings(line, "annotations", steps.Count);
        var thought = Ratings(line, "predictions", steps.Count);
        return new NewItem(content, gold.Any(r => r is not null) ? Gold(content, gold) : null, null, thought.Any(r => r is not null) ? new StepAnnotations(Model(line), [.. thought.Select(r => r switch { 1 => 1.0, 0 => 0.75, -1 => 0, _ => 0.5 })]) : null);
    }

    /// <summary>A task with one annotation of each label, and what a model thinks as its prediction.</summary>
    public static void Write(Utf8JsonWriter json, LabellingItem item, ItemContent content, IEnumerable<Assignment> labels)
    {
        json.WriteStartObject();
        json.WriteNumber("id", item.Id);
        json.WriteStartObject("data");
        json.WriteString(content.Responses.Count > 0 ? "prompt" : "problem", content.Problem);
        if (content.ReferenceAnswer is { } answer) json.WriteString("answer", answer);
        json.WriteNumber("number", item.Number);
        json.WriteStartArray(content.Responses.Count > 0 ? "responses" : "steps");
        foreach (var text in content.Responses.Count > 0 ? content.Responses : content.Steps) json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartArray("annotations");
        foreach (var label in labels) WriteAnnotation(json, label);
        json.WriteEndArray();
        json.WriteStartArray("predictions");
        if (item.Annotations is { } said) WritePrediction(json, StepAnnotations.Read(said));
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>All tasks, an array.</summary>
    public static Utf8JsonWriter Writer(Stream stream) => new(stream, Written);

    private static string? Id(JsonLine line) => line.TryGet(line.Root, "id", out var id) && id.ValueKind is JsonValueKind.Number or JsonValueKind.String ? id.ToString() : null;

    private static IEnumerable<JsonElement> Results(JsonLine line, string list) =>
        line.TryGet(line.Root, list, out var entries) && entries.ValueKind == JsonValueKind.Array && entries.GetArrayLength() > 0 && entries[0].TryGetProperty("result", out var results) && results.ValueKind == JsonValueKind.Array ? results.EnumerateArray() : [];

    private static string Model(JsonLine line) => line.Root.GetProperty("predictions")[0].TryGetProperty("model_version", out var version) && version.ValueKind == JsonValueKind.String ? version.GetString()! : "prediction";

    private static string? Field(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static int?[] Ratings(JsonLine line, string list, int steps)
    {
        var ratings = new int?[steps];
        foreach (var result in Results(line, list).Where(r => Field(r, "type") == "choices"))
        {
            var name = Field(result, "from_name") ?? "";
            var digits = name[(name.LastIndexOf('_') + 1)..];
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var step) || step >= steps) throw line.Error($"\"{name}\" names no step: there are {steps}.", $"{list}[0].result.from_name", "Ratings are named rating_0 and on.");
            var word = result.TryGetProperty("value", out var value) && value.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0 ? choices[0].GetString() : null;
            if (word == "unsure") continue;
            var rating = Array.IndexOf(Words, word);
            if (rating < 0) throw line.Error($"\"{word}\" is no rating.", $"{list}[0].result.value.choices", "It is bad, okay, great or unsure.");
            ratings[step] = rating - 1;
        }

        return ratings;
    }

    private static string Gold(ItemContent content, int?[] ratings)
    {
        var end = Array.IndexOf(ratings, -1);
        var count = end < 0 ? ratings.Length : end + 1;
        return LabelComparison.Line(new LabelledSolution
        {
            Labeler = FamilyLabels.Labeler,
            Timestamp = "",
            Generation = null,
            IsQualityControlQuestion = false,
            IsInitialScreeningQuestion = false,
            Question = new LabelQuestion(content.Problem, null, content.ReferenceAnswer, content.Steps, null, null),
            Steps = [.. Enumerable.Range(0, count).Select(i => new LabelledStep([new LabelledCompletion(content.Steps[i], ratings[i], ratings[i] is null)], null, ratings[i] == -1 ? null : 0))],
            TotalTime = null,
            Finish = end < 0 ? LabelFinish.Solution : LabelFinish.FoundError,
        });
    }

    private static void WriteAnnotation(Utf8JsonWriter json, Assignment label)
    {
        json.WriteStartObject();
        json.WriteNumber("id", label.Id);
        json.WriteString("completed_by", label.AccountId.ToString());
        json.WriteString("created_at", (label.Finished ?? label.Started).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        json.WriteNumber("lead_time", label.Milliseconds / 1000.0);
        json.WriteBoolean("was_cancelled", label.Finish is "give_up" or "bad_problem");
        json.WriteStartArray("result");
        if (LabelComparison.Chosen(label.Result!) is { } preferred)
        {
            if (preferred >= 0) WriteResult(json, "preference", "pair", "pairwise", value => value.WriteString("selected", preferred == 0 ? "left" : "right"));
        }
        else if (!LabelComparison.IsPair(label.Result!))
        {
            var steps = LabelComparison.Parse(label.Result!).Steps;
            for (var i = 0; i < steps.Count; i++)
            {
                if (steps[i].Completions is not [var first, ..]) continue;
                var word = first.Rating is { } rating ? Words[rating + 1] : first.Flagged == true ? "unsure" : null;
                if (word is not null) WriteRating(json, i, word);
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WritePrediction(Utf8JsonWriter json, StepAnnotations said)
    {
        json.WriteStartObject();
        json.WriteString("model_version", said.Model);
        json.WriteNumber("score", said.Right.Count == 0 ? 0 : said.Right.Min());
        json.WriteStartArray("result");
        for (var i = 0; i < said.Right.Count; i++) WriteRating(json, i, said.Right[i] < 0.5 ? Words[0] : Words[2]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRating(Utf8JsonWriter json, int step, string word) => WriteResult(json, string.Create(CultureInfo.InvariantCulture, $"rating_{step}"), string.Create(CultureInfo.InvariantCulture, $"step_{step}"), "choices", value =>
    {
        value.WriteStartArray("choices");
        value.WriteStringValue(word);
        value.WriteEndArray();
    });

    private static void WriteResult(Utf8JsonWriter json, string from, string to, string type, Action<Utf8JsonWriter> value)
    {
        json.WriteStartObject();
        json.WriteString("id", from);
        json.WriteString("from_name", from);
        json.WriteString("to_name", to);
        json.WriteString("type", type);
        json.WriteStartObject("value");
        value(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
