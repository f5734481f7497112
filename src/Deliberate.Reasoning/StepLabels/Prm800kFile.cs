using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Reads and writes PRM800K's JSON Lines, a labelled solution a line. Reading streams: memory is that of the longest line. Every mistake
/// names file, line and field; whoever reads says whether the rest is taken.
/// </summary>
internal static class Prm800kFile
{
    /// <summary>A solution longer than this is none.</summary>
    private const int LongestText = 1 << 20;

    private static readonly (string Name, LabelFinish Finish)[] Finishes = [("solution", LabelFinish.Solution), ("found_error", LabelFinish.FoundError), ("bad_problem", LabelFinish.BadProblem), ("give_up", LabelFinish.GiveUp)];
    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a line is of this schema.</summary>
    public static bool IsOne(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("label", out var label) && label.ValueKind == JsonValueKind.Object && root.TryGetProperty("question", out _);

    /// <param name="path">The file.</param>
    /// <param name="onError">Takes mistakes, and the line is left out; without it the first one is thrown.</param>
    public static IEnumerable<(int Line, LabelledSolution Solution)> Read(string path, Action<UserError>? onError = null)
    {
        foreach (var line in JsonLines.Read(path, onError))
        {
            LabelledSolution? solution = null;
            try
            {
                solution = Parse(line);
            }
            catch (UserError error) when (onError is not null)
            {
                onError(error);
            }

            if (solution is not null) yield return (line.Number, solution);
        }
    }

    /// <exception cref="UserError">The line is no labelled solution.</exception>
    public static LabelledSolution Parse(JsonLine line)
    {
        var root = line.Root;
        if (root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"question\" and \"label\".");
        var (question, label) = (line.GetObject("question"), line.GetObject("label"));
        var finish = line.GetString(label, "finish_reason");
        var asked = Question(line, question);
        var solution = new LabelledSolution
        {
            Labeler = line.GetString("labeler"),
            Timestamp = line.GetString("timestamp"),
            Generation = OptionalWhole(line, root, "generation"),
            IsQualityControlQuestion = line.GetBool("is_quality_control_question"),
            IsInitialScreeningQuestion = line.GetBool("is_initial_screening_question"),
            Question = asked,
            Steps = Steps(line, line.GetArray(label, "steps"), asked.PreGeneratedSteps),
            TotalTime = OptionalNumber(line, label, "total_time"),
            Finish = Find(line, finish),
        };
        if (solution.Question.PreGeneratedSteps is { } generated) CheckSame(line, solution, generated);
        return solution;
    }

    /// <summary>The line as PRM800K has it, the line feed included.</summary>
    public static void Write(Stream stream, LabelledSolution solution)
    {
        using (var json = new Utf8JsonWriter(stream, Written)) Write(json, solution);
        stream.WriteByte((byte)'\n');
    }

    private static LabelFinish Find(JsonLine line, string name)
    {
        foreach (var (known, finish) in Finishes)
            if (known == name) return finish;
        throw line.Error($"There is no finish reason \"{name}\".", "label.finish_reason", $"It is {string.Join(", ", Finishes.Select(f => f.Name))}.");
    }

    private static LabelQuestion Question(JsonLine line, JsonElement question)
    {
        var problem = line.GetString(question, "problem");
        if (string.IsNullOrWhiteSpace(problem)) throw line.Error("The text is empty.", "question.problem");
        IReadOnlyList<string>? steps = null;
        if (line.TryGet(question, "pre_generated_steps", out var given) && given.ValueKind != JsonValueKind.Null)
        {
            var list = line.GetArray(question, "pre_generated_steps");
            steps = [.. list.EnumerateArray().Select((step, i) => step.ValueKind == JsonValueKind.String ? step.GetString()! : throw line.Error("Expected text.", $"question.pre_generated_steps[{i}]"))];
        }

        return new LabelQuestion(
            problem, line.GetOptionalString(question, "ground_truth_solution"), line.GetOptionalString(question, "ground_truth_answer"), steps,
            line.GetOptionalString(question, "pre_generated_answer"), OptionalNumber(line, question, "pre_generated_verifier_score"));
    }

    private static LabelledStep[] Steps(JsonLine line, JsonElement list, IReadOnlyList<string>? generated)
    {
        var steps = new LabelledStep[list.GetArrayLength()];
        var (i, length) = (0, 0);
        foreach (var step in list.EnumerateArray())
        {
            if (step.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object with \"completions\".", At(i));
            var completions = Completions(line, step, i, i < generated?.Count ? generated[i] : null);
            var human = Human(line, step, i);
            var chosen = OptionalWhole(line, step, "chosen_completion");
            if (chosen is { } index && (index < 0 || index >= completions.Length)) throw line.Error($"There are {completions.Length} completions, and {index} is none of them.", $"{At(i)}.chosen_completion");
            if (chosen is null && human is null && i + 1 < steps.Length) throw line.Error("No completion is chosen, none was written, and further steps follow.", $"{At(i)}.chosen_completion");
            steps[i] = new LabelledStep(completions, human, chosen);
            length += steps[i].Text?.Length ?? 0;
            if (length > LongestText) throw line.Error($"The solution has more than {LongestText} characters.", At(i));
            i++;
        }

        return steps;
    }

    /// <summary>Where a step is, in words: made only for a message, since a file has a million steps.</summary>
    private static string At(int step) => string.Create(CultureInfo.InvariantCulture, $"label.steps[{step}]");

    private static string At(int step, int completion) => string.Create(CultureInfo.InvariantCulture, $"label.steps[{step}].completions[{completion}]");

    /// <param name="generated">The text that the first is expected to have; then it is the same string.</param>
    private static LabelledCompletion[] Completions(JsonLine line, JsonElement step, int at, string? generated)
    {
        if (!step.TryGetProperty("completions"u8, out var list) || list.ValueKind != JsonValueKind.Array) throw line.Error("Expected an array.", $"{At(at)}.completions");
        var completions = new LabelledCompletion[list.GetArrayLength()];
        var i = 0;
        foreach (var one in list.EnumerateArray())
        {
            if (one.ValueKind != JsonValueKind.Object || !one.TryGetProperty("text"u8, out var text) || text.ValueKind != JsonValueKind.String) throw line.Error("Expected an object with a text.", $"{At(at, i)}.text");
            var written = i == 0 && generated is not null && text.ValueEquals(generated) ? generated : text.GetString()!;
            completions[i] = new LabelledCompletion(written, Rating(line, one, at, i), Flag(line, one, at, i));
            i++;
        }

        return completions;
    }

    private static int? Rating(JsonLine line, JsonElement one, int step, int completion)
    {
        if (!one.TryGetProperty("rating"u8, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var rating) && rating is >= -1 and <= 1 ? rating : throw line.Error($"{Excerpt.Of(value.GetRawText(), 40)} is no rating.", $"{At(step, completion)}.rating", "It is -1 (wrong), 0 (right without progress), 1 (right) or null.");
    }

    private static bool? Flag(JsonLine line, JsonElement one, int step, int completion)
    {
        if (!one.TryGetProperty("flagged"u8, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw line.Error("Expected true, false or null.", $"{At(step, completion)}.flagged");
    }

    /// <summary>A text, or an object that holds one.</summary>
    private static HumanCompletion? Human(JsonLine line, JsonElement step, int at)
    {
        if (!step.TryGetProperty("human_completion"u8, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        if (value.ValueKind == JsonValueKind.String) return new HumanCompletion(value.GetString()!, value.GetRawText());
        return value.ValueKind == JsonValueKind.Object && value.TryGetProperty("text"u8, out var text) && text.ValueKind == JsonValueKind.String
            ? new HumanCompletion(text.GetString()!, value.GetRawText())
            : throw line.Error("Expected text, an object with a text, or null.", $"{At(at)}.human_completion");
    }

    /// <summary>Phase 2: what was labelled is what was generated, as far as labelling went.</summary>
    private static void CheckSame(JsonLine line, LabelledSolution solution, IReadOnlyList<string> generated)
    {
        var steps = solution.Steps;
        if (steps.Count > generated.Count) throw line.Error($"{steps.Count} steps are labelled, and {generated.Count} were generated.", "label.steps");
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Completions.Count == 0) throw line.Error("The generated step is missing among the completions.", $"label.steps[{i}].completions");
            if (steps[i].Completions[0].Text != generated[i]) throw line.Error("The step is another one than the generated one: the steps do not make up the solution.", $"label.steps[{i}].completions[0].text");
        }
    }

    private static int? OptionalWhole(JsonLine line, JsonElement element, string field) => !element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? null : line.GetInt32(element, field);

    private static double? OptionalNumber(JsonLine line, JsonElement element, string field) => !element.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null ? null : line.GetDouble(element, field);

    private static void Write(Utf8JsonWriter json, LabelledSolution solution)
    {
        json.WriteStartObject();
        json.WriteString("labeler"u8, solution.Labeler);
        json.WriteString("timestamp"u8, solution.Timestamp);
        Number(json, "generation", solution.Generation);
        json.WriteBoolean("is_quality_control_question"u8, solution.IsQualityControlQuestion);
        json.WriteBoolean("is_initial_screening_question"u8, solution.IsInitialScreeningQuestion);
        json.WriteStartObject("question"u8);
        var question = solution.Question;
        json.WriteString("problem"u8, question.Problem);
        json.WriteString("ground_truth_solution"u8, question.GroundTruthSolution);
        json.WriteString("ground_truth_answer"u8, question.GroundTruthAnswer);
        if (question.PreGeneratedSteps is { } steps)
        {
            json.WriteStartArray("pre_generated_steps"u8);
            foreach (var step in steps) json.WriteStringValue(step);
            json.WriteEndArray();
            json.WriteString("pre_generated_answer"u8, question.PreGeneratedAnswer);
            Number(json, "pre_generated_verifier_score", question.PreGeneratedVerifierScore);
        }

        json.WriteEndObject();
        json.WriteStartObject("label"u8);
        json.WriteStartArray("steps"u8);
        foreach (var step in solution.Steps) Write(json, step);
        json.WriteEndArray();
        Number(json, "total_time", solution.TotalTime);
        json.WriteString("finish_reason"u8, Finishes.First(f => f.Finish == solution.Finish).Name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, LabelledStep step)
    {
        json.WriteStartObject();
        json.WriteStartArray("completions"u8);
        foreach (var completion in step.Completions)
        {
            json.WriteStartObject();
            json.WriteString("text"u8, completion.Text);
            Number(json, "rating", completion.Rating);
            if (completion.Flagged is { } flagged) json.WriteBoolean("flagged"u8, flagged);
            else json.WriteNull("flagged"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WritePropertyName("human_completion"u8);
        if (step.Human is { } human) json.WriteRawValue(human.Json);
        else json.WriteNullValue();
        Number(json, "chosen_completion", step.Chosen);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }

    private static void Number(Utf8JsonWriter json, string name, int? value)
    {
        if (value is { } number) json.WriteNumber(name, number);
        else json.WriteNull(name);
    }
}
