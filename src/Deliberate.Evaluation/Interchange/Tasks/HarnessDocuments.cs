using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Jinja;
using Deliberate.Reasoning;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// The documents of a task of lm-evaluation-harness as items, and the worked examples before them: doc_to_text, doc_to_target and doc_to_choice
/// filled in. Where likelihoods are measured no space is taken away: it is part of the text.
/// </summary>
/// <param name="tree">The task's file.</param>
/// <param name="of">What of likelihoods is measured; null where an answer is asked for.</param>
/// <param name="isByLetter">Whether choices are asked for.</param>
internal sealed partial class HarnessDocuments(YamlTree tree, LikelihoodOf? of, bool isByLetter)
{
    private readonly string? _text = Field(tree, "doc_to_text"), _target = Field(tree, "doc_to_target");
    private readonly YamlNode? _choice = YamlTree.Find(tree.Root, "doc_to_choice");

    private bool IsMeasured => of is not null && !isByLetter;

    private bool HasChoices => of == LikelihoodOf.Choices;

    /// <summary>Between a prompt and what answers it.</summary>
    public string Delimiter { get; } = Written(tree, "target_delimiter") ?? " ";

    /// <param name="data">Instead of the file that the task names; null for that.</param>
    public List<WrittenItem> Items(string? data)
    {
        var root = tree.Root;
        var path = data ?? Split("test_split", "validation_split") ?? throw tree.Error(YamlTree.Find(root, "dataset_path") ?? root, $"The data is {YamlTree.Text(root, "dataset_path")} on a hub, which is not fetched here.", "dataset_path", "Save its split as JSON Lines, and name the file: --data FILE.");
        if (of == LikelihoodOf.Text ? _target is null : _text is null) throw tree.Error(root, of == LikelihoodOf.Text ? "The task does not say which text of a document is measured." : "The task does not say how a document becomes a prompt.", of == LikelihoodOf.Text ? "doc_to_target" : "doc_to_text");
        if (of == LikelihoodOf.Answer && _target is null) throw tree.Error(root, "The task does not say which continuation of a document is measured.", "doc_to_target");
        if (HasChoices && _choice is null) throw tree.Error(root, "The task does not say which choices there are.", "doc_to_choice");
        var items = new List<WrittenItem>();
        foreach (var line in JsonLines.Read(path))
        {
            if (line.Root.ValueKind != JsonValueKind.Object) throw line.Error("Expected an object.");
            items.Add(Item(line));
        }

        return items.Count > 0 ? items : throw new UserError("The file holds no document.", path);
    }

    /// <summary>The worked examples as one text, as the harness writes them; empty where there are none.</summary>
    /// <param name="file">Instead of the split that the task names; null for that.</param>
    /// <param name="unsupported">Told where they are others than the harness's, or cannot be had.</param>
    public string Examples(string? file, List<string> unsupported)
    {
        var root = tree.Root;
        var count = HarnessConverter.Whole(YamlTree.Text(root, "num_fewshot"));
        if (count == 0 || of == LikelihoodOf.Text) return "";
        var (settings, node) = (YamlTree.Find(root, "fewshot_config"), YamlTree.Find(root, "num_fewshot")!);
        var samples = YamlTree.Find(settings, "samples") is YamlSequenceNode written ? written.Children : null;
        foreach (var (key, at, value) in YamlTree.Entries(settings))
            if (key is not ("sampler" or "samples" or "split") || (key == "samples" && value is not YamlSequenceNode)) unsupported.Add(tree.At(at, $"fewshot_config.{key}", "has no counterpart, and is left out"));
        List<JsonLine> documents;
        if (samples is not null && file is null)
        {
            documents = [.. samples.Take(count).Select((s, i) => new JsonLine(tree.Name, (int)s.Start.Line, JsonSerializer.SerializeToElement(YamlTree.Json(s))))];
        }
        else
        {
            if ((file ?? Split("fewshot_split", "training_split")) is not { } path)
            {
                unsupported.Add(tree.At(node, "num_fewshot", "examples from another split are left out: name a file of them (--examples FILE)"));
                return "";
            }

            documents = [.. JsonLines.Read(path).Take(count)];
            if (YamlTree.Text(settings, "sampler") != "first_n") unsupported.Add(tree.At(node, "num_fewshot", $"the harness draws the examples at random; here they are the first {count} of {path}"));
        }

        if (documents.Count < count) throw tree.Error(node, $"There are {documents.Count} examples, and {count} are asked for.", "num_fewshot");
        var (text, between) = (new StringBuilder(), Written(tree, "fewshot_delimiter") ?? "\n\n");
        foreach (var line in documents)
        {
            var item = Item(line);
            text.Append(item.Prompt).Append(Delimiter).Append(HasChoices ? item.Choices[item.Answer[0] - 'A'] : item.Answer).Append(between);
        }

        return text.ToString();
    }

    private WrittenItem Item(JsonLine line)
    {
        var choices = HasChoices ? Choices(line) : [];
        var answer = _target is null ? "" : Rendered(_target, line, "doc_to_target");
        var prompt = of == LikelihoodOf.Text ? answer : Rendered(_text!, line, "doc_to_text");
        if (HasChoices && int.TryParse(prompt, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw line.Error("The prompt is the number of a choice: the choices are contexts here, of which one goes before the target. That is not read.", "doc_to_text");
        return new WrittenItem
        {
            Id = line.Root.TextOrNull("id") ?? line.Number.ToString(CultureInfo.InvariantCulture),
            Prompt = IsMeasured ? prompt : prompt.TrimEnd(),
            Answer = HasChoices ? Letter(line, answer.Trim(), choices) : of == LikelihoodOf.Text ? "" : IsMeasured ? answer : answer.Trim(),
            Choices = choices,
        };
    }

    private string? Split(params ReadOnlySpan<string> names)
    {
        var root = tree.Root;
        if (YamlTree.Text(root, "dataset_path") is not { } path) return null;
        if (path is "json" or "jsonl")
        {
            var files = YamlTree.Find(YamlTree.Find(root, "dataset_kwargs"), "data_files");
            var isExamples = names.Contains("fewshot_split");
            string? split = isExamples ? YamlTree.Text(YamlTree.Find(root, "fewshot_config"), "split") : null;
            foreach (var name in names) split ??= YamlTree.Text(root, name);
            if (isExamples && split is null) return null;
            path = (isExamples ? null : YamlTree.Text(files)) ?? YamlTree.Text(files, split ?? "test") ?? (isExamples ? null : YamlTree.Text(YamlTree.List(files).FirstOrDefault())) ?? "";
        }
        else if (names.Contains("fewshot_split"))
        {
            return null;
        }

        var full = Path.GetFullPath(path, tree.Folder);
        return path.Length > 0 && File.Exists(full) ? full : null;
    }

    /// <summary>A field's name, or a template.</summary>
    private static string? Field(YamlTree tree, string key) => Written(tree, key) is { } text ? Name().IsMatch(text) ? "{{ " + text + " }}" : text : null;

    /// <summary>As it stands: of a delimiter an empty text is one too.</summary>
    private static string? Written(YamlTree tree, string key) => YamlTree.Find(tree.Root, key) is YamlScalarNode { Value: { } value } ? value : null;

    private static string Rendered(string template, JsonLine line, string field)
    {
        try
        {
            var variables = line.Root.EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
            var text = ChatTemplate.Parse(template, field).Render(new ChatTemplateInput { Messages = ChatTemplateInput.MessagesOf(), Variables = variables }).Text;
            // The harness keeps a template's last line break, chat templates do not.
            return template.EndsWith('\n') ? text + "\n" : text;
        }
        catch (UserError error)
        {
            throw line.Error($"The template cannot be filled in: {error.Problem}", field);
        }
    }

    private string[] Choices(JsonLine line)
    {
        if (_choice is YamlSequenceNode list) return [.. list.Children.Select(c => Rendered(YamlTree.Text(c) ?? "", line, "doc_to_choice"))];
        if (_choice is YamlMappingNode map) return [.. map.Children.Select(c => Rendered(YamlTree.Text(c.Value) ?? "", line, "doc_to_choice"))];
        var text = YamlTree.Text(_choice) ?? "";
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
            throw tree.Error(_choice!, "The template prints no list of choices.", "doc_to_choice", "Name a field that holds one, or write the list.");
        }
    }

    private string Letter(JsonLine line, string answer, string[] choices)
    {
        // The harness takes a field as it stands: a text is looked up among the choices, even where it looks like a place among them.
        var isText = Written(tree, "doc_to_target") is { } field && Name().IsMatch(field) && line.Root.TryGetProperty(field, out var target) && target.ValueKind == JsonValueKind.String;
        var at = isText && Array.IndexOf(choices, answer) is >= 0 and var found ? found : int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < choices.Length ? number : Array.IndexOf(choices, answer);
        if (at < 0 && answer.Length == 1 && char.ToUpperInvariant(answer[0]) - 'A' is var letter && letter >= 0 && letter < choices.Length) at = letter;
        if (at is < 0 or > 25) throw line.Error($"\"{Excerpt.Of(answer, 40)}\" is none of the {choices.Length} choices.", "doc_to_target");
        return ((char)('A' + at)).ToString();
    }

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
