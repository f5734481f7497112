using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>A task that was made of another program's file, and what of that file has no counterpart here.</summary>
/// <param name="Task">As it is written.</param>
/// <param name="Unsupported">A line each, with file, line and key: nothing is left out without a word.</param>
internal sealed partial record ConvertedTask(WrittenTask Task, IReadOnlyList<string> Unsupported)
{
    /// <summary>More than these are a file of their own, an object a line.</summary>
    private const int MostWritten = 40;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Files that the task names, by name, with their text: scripts.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>Facts of an item that are JSON rather than text; written as what they are.</summary>
    private const string JsonFact = ScriptScorer.Variables;

    /// <summary>Writes the task, and its items beside it where they are many or have variables; and the files that it names.</summary>
    /// <returns>The files.</returns>
    /// <exception cref="UserError">One of them is there already.</exception>
    public IReadOnlyList<string> Write(string folder)
    {
        var (path, items) = (Path.Combine(folder, Task.Name + ".yaml"), Path.Combine(folder, Task.Name + ".jsonl"));
        var isApart = Task.Items.Count > MostWritten || Task.Items.Any(i => i.Facts.ContainsKey(JsonFact));
        string[] files = [path, .. isApart ? [items] : Array.Empty<string>()];
        foreach (var file in files)
            if (File.Exists(file)) throw new UserError("The file exists.", file, advice: "Name another folder with --output, or delete it.");
        foreach (var (name, text) in Files)
        {
            var script = Path.Combine(folder, name);
            if (File.Exists(script) && File.ReadAllText(script) == text) continue;
            if (File.Exists(script)) throw new UserError("The file exists, and is another than the task names.", script, advice: "Name another folder with --output, or delete it.");
            AtomicFile.WriteText(script, text);
        }

        if (!isApart)
        {
            AtomicFile.WriteText(path, Text(Task));
            return files;
        }

        string[] tags = [.. Task.Items.SelectMany(i => i.Tags.Keys).Distinct().Where(t => Task.Items.All(i => i.Tags.ContainsKey(t)))];
        AtomicFile.WriteText(items, string.Concat(Task.Items.Select((item, i) => Line(item, i, tags) + "\n")));
        string[] facts = [.. Task.Items.SelectMany(i => i.Facts.Keys).Distinct().Where(f => Task.Items.All(i => i.Facts.ContainsKey(f)))];
        var apart = Task with { Items = [], Data = new WrittenData { File = Path.GetFileName(items), Tags = tags, Facts = facts } };
        AtomicFile.WriteText(path, Text(apart));
        return files;
    }

    /// <summary>A name that a task may have.</summary>
    public static string NameOf(string text)
    {
        var name = Others().Replace(text.ToLowerInvariant(), "-").Trim('-', '_');
        return name.Length == 0 || !char.IsAsciiLetterLower(name[0]) ? ("task-" + name).TrimEnd('-') : name.Length > 80 ? name[..80].TrimEnd('-', '_') : name;
    }

    /// <summary>What is left at its default is not written: a task's file is read by people.</summary>
    private static string Text(WrittenTask task)
    {
        var text = new StringBuilder();
        foreach (var line in RecipeWriter.Write(task).Split('\n'))
            if (!Default().IsMatch(line)) text.Append(line).Append('\n');
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Line(WrittenItem item, int number, string[] tags)
    {
        var line = new Dictionary<string, object>(StringComparer.Ordinal) { ["id"] = item.Id ?? (number + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) };
        if (item.Prompt is { } prompt) line["prompt"] = prompt;
        else line["messages"] = item.Messages.Select(m => new { role = m.Role, content = m.Content }).ToArray();
        if (item.Answer.Length > 0) line["answer"] = item.Answer;
        if (item.Choices.Count > 0) line["choices"] = item.Choices;
        if (item.Cluster is { } cluster) line["cluster"] = cluster;
        foreach (var tag in tags) line[tag] = item.Tags[tag];
        foreach (var (name, fact) in item.Facts) line[name] = name == JsonFact ? JsonSerializer.Deserialize<JsonElement>(fact) : fact;
        return JsonSerializer.Serialize(line, Relaxed);
    }

    [GeneratedRegex("[^a-z0-9_-]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Others();

    [GeneratedRegex(@"^( *(?!delimiter)[a-z_0-9]+: (null|\[\]|\{\}|"""")|(version|epochs): 1|answers: whole|decides: first| *compares: true| *(anywhere|match_case|negate|reasons): false)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Default();
}
