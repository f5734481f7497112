using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Reasoning;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// Task files of EleutherAI's lm-evaluation-harness: its templates (Jinja) are filled in with each document of a file of JSON Lines,
/// which is named in the task (dataset_path json) or on the command line. Choices are asked for by letter, where the harness compares
/// the likelihoods of continuations: the figures of the two cannot be compared, and the notice says so.
/// </summary>
internal static partial class HarnessConverter
{
    private static readonly string[] Known =
    [
        "task", "task_alias", "dataset_path", "dataset_name", "dataset_kwargs", "test_split", "validation_split", "training_split", "fewshot_split", "output_type", "doc_to_text", "doc_to_target", "doc_to_choice", "generation_kwargs", "metric_list", "filter_list", "num_fewshot", "fewshot_config", "repeats", "description", "metadata", "tag", "group", "target_delimiter",
    ];

    public static bool Fits(YamlNode root) => YamlTree.Find(root, "task") is not null && (YamlTree.Find(root, "doc_to_text") is not null || YamlTree.Find(root, "include") is not null || YamlTree.Find(root, "dataset_path") is not null);

    public static IReadOnlyList<ConvertedTask> Convert(YamlTree tree, string? data)
    {
        var root = tree.Root;
        var unsupported = new List<string>();
        foreach (var (key, node, value) in YamlTree.Entries(root))
        {
            if (value is YamlScalarNode && value.Tag is { IsEmpty: false } tag && tag.Value.StartsWith('!')) throw tree.Error(value, "is a function of Python, which is not run here.", key, "Write the field as a template, or its result into the data.");
            if (!Known.Contains(key)) unsupported.Add(tree.At(node, key, "has no counterpart, and is left out"));
        }

        if (YamlTree.Text(root, "include") is { } included) throw tree.Error(root, $"The task builds on {included}.", "include", "Write out what it takes from there.");
        var output = YamlTree.Text(root, "output_type") ?? "generate_until";
        if (output is not ("generate_until" or "multiple_choice")) throw tree.Error(YamlTree.Find(root, "output_type")!, $"A task of {output} measures likelihoods, and models are asked for answers here.", "output_type");
        var isChoice = output == "multiple_choice";
        if (isChoice) unsupported.Add(tree.At(root, "output_type multiple_choice", "is asked for by letter: the harness compares likelihoods of continuations, and its figures cannot be compared with these"));
        var name = YamlTree.Text(root, "task") ?? throw tree.Error(root, "The task has no name.", "task");
        var (items, scorers) = (Items(tree, data, isChoice, unsupported), Scorers(tree, isChoice, unsupported));
        var generation = YamlTree.Find(root, "generation_kwargs");
        foreach (var (key, node, _) in YamlTree.Entries(generation))
            if (key is not ("max_gen_toks" or "temperature" or "do_sample")) unsupported.Add(tree.At(node, $"generation_kwargs.{key}", key == "until" ? "stop texts are left out: in a model that thinks they would cut its thought" : "has no counterpart, and is left out"));
        var fewshot = Whole(YamlTree.Text(root, "num_fewshot"));
        var examples = YamlTree.List(YamlTree.Find(YamlTree.Find(root, "fewshot_config"), "samples"));
        if (fewshot > 0 && examples.Count == 0) unsupported.Add(tree.At(YamlTree.Find(root, "num_fewshot")!, "num_fewshot", "examples drawn from another split are left out: write them under solvers (few_shot)"));
        var solvers = new List<WrittenSolver>();
        if (YamlTree.Text(root, "description") is { Length: > 0 } description) solvers.Add(new WrittenTemplate { Text = description + "{prompt}" });
        if (isChoice) solvers.Add(new WrittenMultipleChoice());
        return
        [
            new ConvertedTask(
                new WrittenTask
                {
                    Name = ConvertedTask.NameOf(name),
                    Title = YamlTree.Text(root, "task_alias") ?? name,
                    Version = (int)Math.Clamp(Math.Floor(Number(YamlTree.Text(YamlTree.Find(root, "metadata"), "version")) ?? 1), 1, 1_000_000),
                    Items = items,
                    Solvers = solvers,
                    Scorers = scorers,
                    Epochs = Math.Clamp(Whole(YamlTree.Text(root, "repeats")), 1, 1024),
                    MaxTokens = Whole(YamlTree.Text(generation, "max_gen_toks")) is > 0 and var budget ? budget : 2048,
                    Temperature = YamlTree.Text(generation, "do_sample") is "false" or "False" ? 0 : Number(YamlTree.Text(generation, "temperature")),
                },
                unsupported),
        ];
    }

    private static List<WrittenScorer> Scorers(YamlTree tree, bool isChoice, List<string> unsupported)
    {
        foreach (var metric in YamlTree.List(YamlTree.Find(tree.Root, "metric_list")))
            if (YamlTree.Text(metric, "metric") is var name && name is not ("exact_match" or "acc")) unsupported.Add(tree.At(metric, $"metric_list {name}", "has no counterpart, and is left out"));
        if (isChoice) return [new WrittenChoice()];
        foreach (var filter in YamlTree.List(YamlTree.Find(tree.Root, "filter_list")))
        {
            foreach (var step in YamlTree.List(YamlTree.Find(filter, "filter")))
            {
                if (YamlTree.Text(step, "function") == "regex" && YamlTree.Text(step, "regex_pattern") is { } pattern)
                {
                    unsupported.Add(tree.At(step, "filter_list regex", "of several matches the last one is read, where the harness reads the first unless told otherwise"));
                    return [new WrittenPattern { Pattern = pattern }];
                }

                if (YamlTree.Text(step, "function") is var function && function is not ("take_first" or "remove_whitespace")) unsupported.Add(tree.At(step, $"filter_list {function}", "has no counterpart, and is left out"));
            }
        }

        return [new WrittenExact()];
    }

    private static List<WrittenItem> Items(YamlTree tree, string? data, bool isChoice, List<string> unsupported)
    {
        var root = tree.Root;
        var path = data ?? LocalData(tree) ?? throw tree.Error(YamlTree.Find(root, "dataset_path") ?? root, $"The data is {YamlTree.Text(root, "dataset_path")} on a hub, which is not fetched here.", "dataset_path", "Save its split as JSON Lines, and name the file: --data FILE.");
        var text = Field(tree, "doc_to_text") ?? throw tree.Error(root, "The task does not say how a document becomes a prompt.", "doc_to_text");
        var (target, choice) = (Field(tree, "doc_to_target"), YamlTree.Find(root, "doc_to_choice"));
        if (isChoice && choice is null) throw tree.Error(root, "The task does not say which choices there are.", "doc_to_choice");
        var items = new List<WrittenItem>();
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object.");
            var choices = choice is null ? [] : Choices(tree, choice, line);
            var answer = target is null ? "" : Rendered(target, line, "doc_to_target").Trim();
            items.Add(new WrittenItem
            {
                Id = line.Root.TextOrNull("id") ?? line.Number.ToString(CultureInfo.InvariantCulture),
                Prompt = Rendered(text, line, "doc_to_text").TrimEnd(),
                Answer = isChoice ? Letter(line, answer, choices) : answer,
                Choices = choices,
            });
        }

        if (items.Count == 0) throw new UserError("The file holds no document.", path);
        return items;
    }

    private static string? LocalData(YamlTree tree)
    {
        var root = tree.Root;
        if (YamlTree.Text(root, "dataset_path") is not { } path) return null;
        if (path is "json" or "jsonl")
        {
            var files = YamlTree.Find(YamlTree.Find(root, "dataset_kwargs"), "data_files");
            var split = YamlTree.Text(root, "test_split") ?? YamlTree.Text(root, "validation_split") ?? "test";
            path = YamlTree.Text(files) ?? YamlTree.Text(files, split) ?? YamlTree.Text(YamlTree.List(files).FirstOrDefault()) ?? "";
        }

        var full = Path.GetFullPath(path, tree.Folder);
        return File.Exists(full) ? full : null;
    }

    /// <summary>A field's name, or a template.</summary>
    private static string? Field(YamlTree tree, string key) => YamlTree.Text(tree.Root, key) is { } text ? Name().IsMatch(text) ? "{{ " + text + " }}" : text : null;

    private static string Rendered(string template, JsonLine line, string field)
    {
        try
        {
            var variables = line.Root.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
            return ChatTemplate.Parse(template, field).Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(), Variables = variables }).Text;
        }
        catch (UserError error)
        {
            throw line.Error($"The template cannot be filled in: {error.Problem}", field);
        }
    }

    private static string[] Choices(YamlTree tree, YamlNode choice, JsonLine line)
    {
        if (choice is YamlSequenceNode list) return [.. list.Children.Select(c => Rendered(YamlTree.Text(c) ?? "", line, "doc_to_choice"))];
        var text = YamlTree.Text(choice) ?? "";
        if (Name().IsMatch(text)) return [.. line.GetArray(text).EnumerateArray().Select(c => JsonTexts.Of(c) ?? "")];
        // A template that prints a list: as Python prints it, or as JSON.
        var printed = Rendered(text.Replace("}}", " | tojson }}", StringComparison.Ordinal), line, "doc_to_choice");
        try
        {
            using var json = JsonDocument.Parse(printed);
            return [.. json.RootElement.EnumerateArray().Select(c => JsonTexts.Of(c) ?? "")];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw tree.Error(choice, "The template prints no list of choices.", "doc_to_choice", "Name a field that holds one, or write the list.");
        }
    }

    private static string Letter(JsonLine line, string answer, string[] choices)
    {
        var at = int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < choices.Length ? number : Array.IndexOf(choices, answer);
        if (at < 0 && answer.Length == 1 && char.ToUpperInvariant(answer[0]) - 'A' is var letter && letter >= 0 && letter < choices.Length) at = letter;
        if (at is < 0 or > 25) throw line.Error($"\"{Excerpt.Of(answer, 40)}\" is none of the {choices.Length} choices.", "doc_to_target");
        return ((char)('A' + at)).ToString();
    }

    private static int Whole(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static double? Number(string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
