using System.Globalization;
using System.Text.Json;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;

namespace Deliberate.Server;

/// <summary>
/// Reads what is to be labelled, whatever it is in: step labels in any of their forms, solutions in steps (<c>problem</c>, <c>steps</c>,
/// optionally <c>answer</c>, <c>score</c> and <c>priority</c>, and by step <c>alternatives</c> and <c>explanations</c>), a pool of samples (<c>problem</c> or
/// <c>prompt</c>, <c>answer</c>, <c>completions</c>), pairs (<c>prompt</c> with <c>chosen</c> and <c>rejected</c>, or two
/// <c>responses</c>), answers to be rated (<c>prompt</c>, <c>response</c>, <c>source</c>, optionally <c>group</c>), tasks of Label Studio, in phase 1
/// problems alone (<c>problem</c> with <c>answer</c>), or a run, whose last evaluation is taken.
/// </summary>
internal static class ItemReader
{
    /// <summary>Of a problem with its solution.</summary>
    private const int LongestItem = 1 << 20;

    /// <param name="path">A file, or the folder of a run.</param>
    /// <param name="kind">Of the project.</param>
    /// <param name="onError">Takes bad lines, which are left out; without it the first one is thrown.</param>
    /// <exception cref="UserError">A line is nothing that can be labelled so, with its number and field.</exception>
    public static IEnumerable<NewItem> Read(string path, LabellingKind kind, Action<UserError>? onError = null)
    {
        if (kind == LabellingKind.Rating && (Directory.Exists(path) || IsArray(path))) throw new UserError("Answers to be rated are read from lines of prompt, response and source.", path);
        if (Directory.Exists(path)) return OfRun(path, kind);
        if (IsArray(path)) return LabelStudioTasks.Read(path, kind);
        return OfLines(path, kind, onError);
    }

    /// <summary>A line with none of these is a problem alone: in phase 1 a model may write all of its steps.</summary>
    private static readonly string[] ShapedFields = ["steps", "completions", "labels", "label", "question"];

    /// <summary>A free text in steps: the lines of a thought with the answer behind them, or paragraphs, or lines where there is one paragraph.</summary>
    public static IReadOnlyList<string> Steps(string text, string? answer)
    {
        var chain = ChainOfThought.Parse(text);
        if (chain.Steps.Count > 0 && answer is not null) return FamilyLabels.StepsOf(chain.Steps, answer);
        string[] parts = Parts(text, "\n\n");
        return parts.Length > 1 ? parts : Parts(text, "\n");
    }

    private static string[] Parts(string text, string separator) => [.. text.ReplaceLineEndings("\n").Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool IsArray(string path)
    {
        if (!File.Exists(path)) return false;
        using var reader = new StreamReader(path);
        int c;
        while ((c = reader.Peek()) >= 0 && (char.IsWhiteSpace((char)c) || c == 0xFEFF)) _ = reader.Read();
        return c == '[';
    }

    private static IEnumerable<NewItem> OfLines(string path, LabellingKind kind, Action<UserError>? onError)
    {
        var any = false;
        foreach (var line in JsonLines.Read(path, onError))
        {
            any = true;
            IReadOnlyList<NewItem> items = [];
            try
            {
                items = Of(line, kind);
                foreach (var item in items)
                    if (item.Content.Problem.Length + item.Content.Steps.Sum(s => s.Length) + item.Content.Responses.Sum(r => r.Length) > LongestItem) throw line.Error($"The item has more than {LongestItem} characters.");
            }
            catch (UserError error) when (onError is not null)
            {
                onError(error);
                items = [];
            }

            foreach (var item in items) yield return item;
        }

        if (!any && onError is null) throw new UserError("The file holds nothing to label.", path);
    }

    private static IReadOnlyList<NewItem> Of(JsonLine line, LabellingKind kind)
    {
        if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Each line is an object.");
        if (line.Root.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object) return [LabelStudioTasks.Of(line, kind)];
        if (kind == LabellingKind.Preference) return Pairs(line);
        if (kind == LabellingKind.Rating) return [Rated(line)];
        if (line.Root.TryGetProperty("completions", out _) && !line.Root.TryGetProperty("labels", out _)) return Pool(line, kind);
        if (kind == LabellingKind.Phase1 && !ShapedFields.Any(f => line.Root.TryGetProperty(f, out _))) return [new NewItem(new ItemContent { Problem = ProblemOf(line), ReferenceAnswer = AnswerOf(line) }, null, null) { Priority = Number(line, QueuedSolution.PriorityField) ?? 0 }];
        if (line.Root.TryGetProperty("steps", out _) && !line.Root.TryGetProperty("label", out _)) return [Solution(line, kind)];
        var read = LabelFile.Parse(line, NeutralSteps.Positive);
        if (read.Labelled is { } labelled) return [new NewItem(ItemContent.Of(labelled, kind), LabelComparison.Line(labelled), labelled.Generation)];
        var known = read.Example;
        var content = new ItemContent { Problem = known.Prompt, Steps = read.Case?.Steps ?? known.Steps, Source = read.Case?.Id };
        return [new NewItem(Shaped(content, kind), kind == LabellingKind.Phase2 ? LabelComparison.Line(known.ToLabelled(FamilyLabels.Labeler, "") with { Question = new LabelQuestion(known.Prompt, null, null, content.Steps, null, null) }) : null, null)];
    }

    /// <summary>Phase 1 of one solution: each step with one candidate.</summary>
    private static ItemContent Shaped(ItemContent content, LabellingKind kind) => kind == LabellingKind.Phase2 ? content : content with { Steps = [], Tree = Chain(content.Steps, 0) };

    private static StepNode[] Chain(IReadOnlyList<string> steps, int at) => at >= steps.Count ? [] : [new StepNode(steps[at], Chain(steps, at + 1))];

    /// <summary>A solution in steps, with what a model proposes for some of them.</summary>
    private static NewItem Solution(JsonLine line, LabellingKind kind)
    {
        var steps = Texts(line, line.GetArray("steps"), "steps");
        if (steps.Length == 0) throw line.Error("There is no step.", "steps");
        var content = new ItemContent
        {
            Problem = line.GetString("problem"),
            ReferenceAnswer = line.GetOptionalString("answer"),
            Steps = steps,
            FinalAnswer = line.GetOptionalString("final_answer"),
            VerifierScore = Number(line, QueuedSolution.ScoreField),
            Alternatives = ByStep(line, "alternatives", steps.Length),
            Explanations = ByStep(line, "explanations", steps.Length),
        };
        return new NewItem(Shaped(content, kind), null, null) { Priority = Number(line, QueuedSolution.PriorityField) ?? 0 };
    }

    private static double? Number(JsonLine line, string field) => line.TryGet(line.Root, field, out var value) && value.ValueKind != JsonValueKind.Null ? line.GetDouble(field) : null;

    /// <summary>An object whose names are steps, from 0, and whose values are lists of texts.</summary>
    private static Dictionary<int, IReadOnlyList<string>> ByStep(JsonLine line, string field, int steps)
    {
        var found = new Dictionary<int, IReadOnlyList<string>>();
        if (!line.TryGet(line.Root, field, out var given) || given.ValueKind == JsonValueKind.Null) return found;
        foreach (var entry in line.GetObject(field).EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var step) || step >= steps) throw line.Error($"\"{Excerpt.Of(entry.Name, 20)}\" is none of the {steps} steps.", field, "Steps are counted from 0.");
            found[step] = entry.Value.ValueKind == JsonValueKind.Array ? Texts(line, entry.Value, $"{field}.{step}") : throw line.Error("Expected an array.", $"{field}.{step}");
        }

        return found;
    }

    private static string[] Texts(JsonLine line, JsonElement list, string field) =>
        [.. list.EnumerateArray().Select((text, i) => text.ValueKind == JsonValueKind.String ? text.GetString()! : throw line.Error("Expected text.", $"{field}[{i}]"))];

    private static string ProblemOf(JsonLine line) => line.GetOptionalString("problem") ?? line.GetOptionalString("prompt") ?? line.GetOptionalString("question") ?? throw line.Error("The problem is missing.", "problem", "Name it problem, prompt or question.");

    private static string? AnswerOf(JsonLine line) => line.TryGet(line.Root, "answer", out var gold) && gold.ValueKind == JsonValueKind.Number ? gold.GetRawText() : line.GetOptionalString("answer");

    /// <summary>Every completion of a problem; in phase 1 together, as alternatives that part where they differ.</summary>
    private static NewItem[] Pool(JsonLine line, LabellingKind kind)
    {
        var (problem, reference) = (ProblemOf(line), AnswerOf(line));
        var completions = line.GetArray("completions");
        double?[] scores = line.TryGet(line.Root, "scores", out var given) && given.ValueKind == JsonValueKind.Array && given.GetArrayLength() == completions.GetArrayLength() ? [.. given.EnumerateArray().Select(s => s.ValueKind == JsonValueKind.Number ? s.GetDouble() : (double?)null)] : [];
        var solutions = completions.EnumerateArray().Select((c, i) => c.ValueKind == JsonValueKind.String ? c.GetString()! : throw line.Error("Expected text.", $"completions[{i}]")).Select(text => (Text: text, Answer: AnswerExtraction.Extract(text))).Select(c => (Steps: Steps(c.Text, c.Answer), c.Answer)).ToArray();
        for (var i = 0; i < solutions.Length; i++)
            if (solutions[i].Steps.Count == 0) throw line.Error("There is no step.", $"completions[{i}]");
        if (kind == LabellingKind.Phase1) return [new NewItem(new ItemContent { Problem = problem, ReferenceAnswer = reference, Tree = Merge([.. solutions.Select(s => s.Steps)], 0) }, null, null)];
        return [.. solutions.Select((s, i) => new NewItem(new ItemContent { Problem = problem, ReferenceAnswer = reference, Steps = s.Steps, FinalAnswer = s.Answer, VerifierScore = i < scores.Length ? scores[i] : null }, null, null))];
    }

    private static StepNode[] Merge(IReadOnlyList<IReadOnlyList<string>> solutions, int at) =>
        [.. solutions.Where(s => at < s.Count).GroupBy(s => s[at]).Select(g => new StepNode(g.Key, Merge([.. g], at + 1)))];

    private static NewItem[] Pairs(JsonLine line)
    {
        var prompt = line.GetString("prompt");
        if (line.TryGet(line.Root, "responses", out _))
        {
            var responses = line.GetArray("responses");
            var texts = Texts(line, responses, "responses");
            if (texts.Length < 2) throw line.Error("There are two answers or more to choose from.", "responses");
            return [.. Enumerable.Range(0, texts.Length - 1).Select(i => Pair(line, prompt, texts[i], texts[i + 1], null))];
        }

        return [Pair(line, prompt, line.GetString("chosen"), line.GetString("rejected"), "{\"preferred\":0}")];
    }

    /// <summary>Answers to one prompt belong together unless the line says to what they do.</summary>
    private static NewItem Rated(JsonLine line)
    {
        var prompt = line.GetString("prompt");
        var source = line.GetString("source");
        if (source.Trim().Length == 0) throw line.Error("Who wrote it?", "source", "model, or whatever the people are called: it is not shown to raters.");
        return new NewItem(new ItemContent { Problem = prompt, Responses = [line.GetString("response")], Author = source, Group = line.GetOptionalString("group") ?? prompt }, null, null);
    }

    private static NewItem Pair(JsonLine line, string prompt, string first, string second, string? gold) =>
        first == second ? throw line.Error("Both answers are the same: there is nothing to choose.") : new NewItem(new ItemContent { Problem = prompt, Responses = [first, second] }, gold, null);

    /// <summary>What a run drew in its last evaluation.</summary>
    private static IEnumerable<NewItem> OfRun(string folder, LabellingKind kind)
    {
        if (kind == LabellingKind.Preference) throw new UserError("A run's samples are no pairs.", folder, advice: "Take a file of prompt, chosen and rejected.");
        var evaluations = Path.Combine(folder, RunFolder.EvaluationsFolder);
        var file = Directory.Exists(evaluations) ? Directory.EnumerateFiles(evaluations, "*.jsonl").OrderByDescending(File.GetLastWriteTimeUtc).ThenByDescending(f => f, StringComparer.Ordinal).FirstOrDefault() : null;
        if (file is null) throw new UserError("This is no run that was evaluated.", folder, advice: "Name a run's folder, or a file of JSON Lines.");
        var samples = EvaluationFile.Read(file).Where(s => s.Sample.Steps.Count > 0 && s.Sample.Answer is not null);
        var solutions = samples.Select(s => new ItemContent { Problem = s.Problem.Prompt, ReferenceAnswer = s.Problem.Answer, Steps = FamilyLabels.StepsOf(s.Sample.Steps, s.Sample.Answer!), FinalAnswer = s.Sample.Answer, Source = s.Sample.Id });
        if (kind == LabellingKind.Phase2) return solutions.Select(s => new NewItem(s, null, null));
        return solutions.GroupBy(s => s.Problem).Select(g => new NewItem(g.First() with { Steps = [], FinalAnswer = null, Tree = Merge([.. g.Select(s => s.Steps)], 0) }, null, null));
    }
}
