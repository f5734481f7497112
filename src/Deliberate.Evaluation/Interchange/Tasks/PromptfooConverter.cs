using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Deliberate.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// promptfoo's configurations: each prompt with each test's variables is an item. A test's assertions become scorers; since all items
/// of a task of ours are judged alike, tests with other kinds of assertions become a task each; code that judges is each item's own where
/// they differ in it alone. What needs a provider or a plugin is named and left out.
/// </summary>
internal static partial class PromptfooConverter
{
    private const int MostItems = 20_000;

    private const string Scheme = PromptfooAssertions.Scheme;

    private static readonly string[] KnownOfTest = ["description", "vars", "assert", "metadata", "options"];

    public static bool Fits(YamlNode root) => YamlTree.Find(root, "prompts") is not null && (YamlTree.Find(root, "tests") is not null || YamlTree.Find(root, "providers") is not null || YamlTree.Find(root, "scenarios") is not null);

    public static IReadOnlyList<ConvertedTask> Convert(YamlTree tree)
    {
        var root = tree.Root;
        var unsupported = new List<string>();
        foreach (var (key, node, _) in YamlTree.Entries(root))
            if (key is not ("description" or "prompts" or "tests" or "defaultTest" or "evaluateOptions" or "outputPath" or "sharing" or "$schema")) unsupported.Add(tree.At(node, key, key is "providers" or "targets" ? "models are named on the command line: --model" : "has no counterpart, and is left out"));
        foreach (var (key, node, _) in YamlTree.Entries(YamlTree.Find(root, "evaluateOptions")))
            if (key != "repeat") unsupported.Add(tree.At(node, $"evaluateOptions.{key}", "has no counterpart, and is left out"));
        var prompts = YamlTree.List(YamlTree.Find(root, "prompts")).SelectMany(p => Prompts(tree, p, unsupported)).ToArray();
        if (prompts.Length == 0) throw tree.Error(root, "No prompt of the file can be read.", "prompts");
        var usual = YamlTree.Find(root, "defaultTest");
        var tests = YamlTree.Find(root, "tests") is { } written ? Tests(tree, written, unsupported) : [];
        var groups = new Dictionary<string, (PromptfooAssertions Assertions, List<WrittenItem> Items)>(StringComparer.Ordinal);
        var number = 0;
        foreach (var test in tests)
        {
            foreach (var (key, node, _) in YamlTree.Entries(test))
                if (!KnownOfTest.Contains(key)) unsupported.Add(tree.At(node, $"tests.{key}", "has no counterpart, and is left out"));
            number++;
            var assertions = PromptfooAssertions.Read(tree, [.. YamlTree.List(YamlTree.Find(usual, "assert")), .. YamlTree.List(YamlTree.Find(test, "assert"))], unsupported);
            if (assertions.Scorers.Count == 0)
            {
                unsupported.Add(tree.At(test, "tests", $"test {number} has no assertion that has a counterpart, and is left out"));
                continue;
            }

            var group = string.Join("\n", assertions.Scorers.Select(RecipeWriter.Write));
            if (!groups.TryGetValue(group, out var members)) groups[group] = members = (assertions, []);
            foreach (var variables in Variables(usual, test))
            {
                for (var p = 0; p < prompts.Length; p++)
                {
                    if (members.Items.Count >= MostItems) throw tree.Error(test, $"The tests make more than {MostItems} items.", "tests", "Split the file.");
                    members.Items.Add(Item(prompts[p], variables, assertions, FormattableString.Invariant($"{number}{(prompts.Length > 1 ? $"-p{p + 1}" : "")}"), FormattableString.Invariant($"test-{number}"), test, members.Items));
                }
            }
        }

        if (groups.Count == 0) throw tree.Error(root, "No test of the file has an assertion that has a counterpart here.", "tests", "equals, contains, icontains, regex, javascript, python, their opposites, and no others are read.");
        var name = ConvertedTask.NameOf(YamlTree.Text(root, "description") ?? Path.GetFileNameWithoutExtension(tree.Name));
        var repeat = YamlTree.Text(YamlTree.Find(root, "evaluateOptions"), "repeat");
        return [.. groups.Values.Select((g, i) => new ConvertedTask(
            new WrittenTask
            {
                Name = i == 0 ? name : FormattableString.Invariant($"{name}-{i + 1}"),
                Title = YamlTree.Text(root, "description"),
                Items = PromptfooAssertions.Own(g.Assertions.Scorers, g.Items),
                Scorers = PromptfooAssertions.Common(g.Assertions.Scorers, g.Items),
                Decides = g.Assertions.Scorers.Count > 1 ? ScorersDecide.All : ScorersDecide.First,
                Epochs = int.TryParse(repeat, NumberStyles.None, CultureInfo.InvariantCulture, out var epochs) && epochs is > 0 and <= 1024 ? epochs : 1,
            },
            i == 0 ? [.. unsupported.Distinct(StringComparer.Ordinal)] : [])
        {
            Files = g.Assertions.Files,
        })];
    }

    private static WrittenItem Item(string prompt, IReadOnlyDictionary<string, JsonNode?> variables, PromptfooAssertions assertions, string id, string cluster, YamlNode test, List<WrittenItem> before)
    {
        var text = Filled(prompt, variables);
        var messages = Messages(text);
        var unique = before.Exists(i => i.Id == id) ? FormattableString.Invariant($"{id}-{before.Count}") : id;
        return new WrittenItem
        {
            Id = unique,
            Prompt = messages.Count == 0 ? text : null,
            Messages = messages,
            Answer = Filled(assertions.Reference ?? "", variables),
            Facts = assertions.FactsOf(variables),
            Cluster = cluster,
            Tags = YamlTree.Entries(YamlTree.Find(test, "metadata")).Where(m => YamlTree.Text(m.Value) is not null).ToDictionary(m => m.Key, m => YamlTree.Text(m.Value)!, StringComparer.Ordinal),
        };
    }

    private static IEnumerable<string> Prompts(YamlTree tree, YamlNode prompt, List<string> unsupported)
    {
        var text = YamlTree.Text(prompt) ?? YamlTree.Text(prompt, "raw") ?? YamlTree.Text(prompt, "id");
        if (text is null)
        {
            unsupported.Add(tree.At(prompt, "prompts", "is neither a text nor has one under raw, and is left out"));
            return [];
        }

        if (!text.StartsWith(Scheme, StringComparison.Ordinal)) return [text.TrimEnd('\n')];
        var path = Path.GetFullPath(text[Scheme.Length..], tree.Folder);
        if (Path.GetExtension(path).ToLowerInvariant() is not (".txt" or ".md" or ".json"))
        {
            unsupported.Add(tree.At(prompt, $"prompts {text}", "is made by code, or of several files, and is left out"));
            return [];
        }

        if (!File.Exists(path)) throw tree.Error(prompt, $"There is no file {path}.", "prompts");
        var content = Utf8Text.Decode(File.ReadAllBytes(path), path);
        return Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase) ? [content.Trim()] : Divider().Split(content).Select(p => p.Trim()).Where(p => p.Length > 0);
    }

    private static IReadOnlyList<YamlNode> Tests(YamlTree tree, YamlNode tests, List<string> unsupported)
    {
        var found = new List<YamlNode>();
        foreach (var test in YamlTree.List(tests))
        {
            if (test is YamlMappingNode) found.Add(test);
            else if (YamlTree.Text(test) is { } file && file.StartsWith(Scheme, StringComparison.Ordinal) && Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml") found.AddRange(YamlTree.List(YamlTree.Read(Path.GetFullPath(YamlTree.Text(test)![Scheme.Length..], tree.Folder)).Root).Where(t => t is YamlMappingNode));
            else unsupported.Add(tree.At(test, $"tests {YamlTree.Text(test)}", "is a table or made by code, and is left out: write its tests out, or as YAML"));
        }

        return found;
    }

    /// <summary>A variable that is a list stands for each of its values in turn, with each of the others'.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, JsonNode?>> Variables(YamlNode? usual, YamlNode test)
    {
        IEnumerable<Dictionary<string, JsonNode?>> all = [new(StringComparer.Ordinal)];
        foreach (var (key, _, value) in YamlTree.Entries(YamlTree.Find(usual, "vars")).Concat(YamlTree.Entries(YamlTree.Find(test, "vars"))))
        {
            JsonNode?[] values = [.. YamlTree.List(value).Select(YamlTree.Json)];
            all = all.SelectMany(one => values.Select(v => new Dictionary<string, JsonNode?>(one, StringComparer.Ordinal) { [key] = v }));
        }

        return all;
    }

    /// <summary>A text with its variables filled in.</summary>
    internal static string Filled(string text, IReadOnlyDictionary<string, JsonNode?> variables) =>
        Variable().Replace(text, match => variables.TryGetValue(match.Groups["name"].Value, out var value) ? JsonTexts.Of(value) : match.Value);

    /// <summary>A prompt may be a conversation, as JSON.</summary>
    private static IReadOnlyList<WrittenMessage> Messages(string text)
    {
        if (!text.StartsWith('[')) return [];
        try
        {
            using var json = JsonDocument.Parse(text);
            return [.. json.RootElement.EnumerateArray().Select(m => new WrittenMessage { Role = m.Text("role"), Content = m.TryGetProperty("content", out var content) ? JsonTexts.Parts(content) : "" }).Where(m => m.Role.Length > 0)];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"\{\{\s*(?<name>[A-Za-z_][A-Za-z0-9_]*)\s*\}\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^---[ \t]*$", RegexOptions.CultureInvariant | RegexOptions.Multiline, 1000)]
    private static partial Regex Divider();
}
