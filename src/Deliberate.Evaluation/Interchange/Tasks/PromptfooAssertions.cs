using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// A test's assertions as scorers, all of which must hold. What is expected is one text in an item of ours: that of a further assertion is told as
/// a fact of its items under the scorer's name, as code is that stands in the file; code in a file of its own is copied beside the task.
/// </summary>
/// <param name="Scorers">In their order, without the test's own code.</param>
/// <param name="Reference">What is expected; null where no assertion compares with a text.</param>
/// <param name="Codes">By the scorer's name.</param>
/// <param name="Texts">What further assertions compare with, by the scorer's name, variables not filled in.</param>
/// <param name="Files">Scripts by name, with their text.</param>
internal sealed record PromptfooAssertions(List<WrittenScorer> Scorers, string? Reference, IReadOnlyDictionary<string, string> Codes, IReadOnlyDictionary<string, string> Texts, IReadOnlyDictionary<string, string> Files)
{
    public const string Scheme = "file://";

    private const string Not = "not-";

    public static PromptfooAssertions Read(YamlTree tree, IReadOnlyList<YamlNode> assertions, List<string> unsupported)
    {
        var (scorers, reference) = (new List<WrittenScorer>(), (string?)null);
        var (codes, files) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var assertion in assertions)
        {
            var (type, value) = (YamlTree.Text(assertion, "type") ?? "", YamlTree.Text(assertion, "value"));
            var isScript = type is "javascript" or "python" or Not + "javascript" or Not + "python";
            foreach (var (key, node, _) in YamlTree.Entries(assertion))
                if (key is not ("type" or "value" or "metric") && !(isScript && key == "threshold")) unsupported.Add(tree.At(node, $"assert.{key}", "has no counterpart, and is left out"));
            WrittenScorer? scorer = type switch
            {
                "equals" => new WrittenExact(),
                "contains" => new WrittenIncludes { Anywhere = true, MatchCase = true },
                "icontains" => new WrittenIncludes { Anywhere = true },
                "not-contains" => new WrittenIncludes { Anywhere = true, MatchCase = true, Negate = true },
                "not-icontains" => new WrittenIncludes { Anywhere = true, Negate = true },
                "regex" when value is not null => new WrittenPattern { Pattern = Pattern(value), Compares = false },
                "not-regex" when value is not null => new WrittenPattern { Pattern = Pattern(value), Compares = false, Negate = true },
                _ when isScript && value is not null => Script(tree, assertion, type, value, files, unsupported),
                _ => null,
            };
            // What it was is told by Script.
            if (scorer is null && isScript && value is not null) continue;
            var comparesText = scorer is not (WrittenPattern or WrittenScript);
            if (scorer is null || (comparesText && value is null)) unsupported.Add(tree.At(assertion, $"assert.type {type}", type is "ruby" ? "runs code of its own, and is left out" : "has no counterpart, and is left out"));
            else
            {
                scorer = scorers.Count == 0 ? scorer : scorer with { Name = FormattableString.Invariant($"{type}-{scorers.Count + 1}") };
                if (comparesText) reference ??= value;
                if (comparesText && value != reference)
                {
                    texts[scorer.Title] = value!;
                    scorer = scorer is WrittenIncludes includes ? includes with { Against = scorer.Title } : new WrittenExact { Name = scorer.Name, Against = scorer.Title };
                }

                if (scorer is WrittenScript { File: null }) codes[scorer.Title] = value!.TrimEnd();
                scorers.Add(scorer);
            }
        }

        return new PromptfooAssertions(scorers, reference, codes, texts, files);
    }

    /// <summary>In JavaScript ^ and $ are the text's own ends.</summary>
    private static string Pattern(string value) => "(?-m)" + value;

    /// <summary>What the items' scorers read besides the reference; nothing where there are none.</summary>
    public IReadOnlyDictionary<string, string> FactsOf(IReadOnlyDictionary<string, JsonNode?> variables)
    {
        var facts = new Dictionary<string, string>(Codes, StringComparer.Ordinal);
        foreach (var (name, text) in Texts) facts[name] = PromptfooConverter.Filled(text, variables);
        if (Scorers.Exists(s => s is WrittenScript)) facts[ScriptScorer.Variables] = new JsonObject(variables.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone()))).ToJsonString();
        return facts;
    }

    /// <summary>The scorers, with the code that all items share.</summary>
    public static List<WrittenScorer> Common(List<WrittenScorer> scorers, List<WrittenItem> items) => [.. scorers.Select(s => s is WrittenScript script && Shared(s.Title, items) is { } code ? script with { Code = code } : s)];

    /// <summary>The items, with the code that they do not share.</summary>
    public static List<WrittenItem> Own(List<WrittenScorer> scorers, List<WrittenItem> items)
    {
        string[] shared = [.. scorers.OfType<WrittenScript>().Select(s => s.Title).Where(t => Shared(t, items) is not null)];
        return shared.Length == 0 ? items : [.. items.Select(i => i with { Facts = i.Facts.Where(f => !shared.Contains(f.Key)).ToDictionary(StringComparer.Ordinal) })];
    }

    private static string? Shared(string title, List<WrittenItem> items) => items[0].Facts.GetValueOrDefault(title) is { } code && items.TrueForAll(i => i.Facts[title] == code) ? code : null;

    private static WrittenScript? Script(YamlTree tree, YamlNode assertion, string type, string value, Dictionary<string, string> files, List<string> unsupported)
    {
        var negate = type.StartsWith(Not, StringComparison.Ordinal);
        var language = type.EndsWith("python", StringComparison.Ordinal) ? ScriptLanguage.Python : ScriptLanguage.Javascript;
        double? threshold = double.TryParse(YamlTree.Text(assertion, "threshold"), NumberStyles.Float, CultureInfo.InvariantCulture, out var least) ? least : null;
        var script = new WrittenScript { Language = language, Negate = negate, Threshold = threshold };
        if (!value.StartsWith(Scheme, StringComparison.Ordinal)) return script;
        var colon = value.IndexOf(':', Scheme.Length);
        var (named, function) = colon < 0 ? (value[Scheme.Length..].Trim(), null) : (value[Scheme.Length..colon], value[(colon + 1)..].Trim());
        string[] endings = language == ScriptLanguage.Python ? [".py"] : [".js", ".cjs", ".mjs"];
        if (!endings.Contains(Path.GetExtension(named)))
        {
            unsupported.Add(tree.At(assertion, $"assert.value {value}", $"is no file of {string.Join(", ", endings)}, and is left out"));
            return null;
        }

        var path = Path.GetFullPath(named, tree.Folder);
        if (!File.Exists(path)) throw tree.Error(YamlTree.Find(assertion, "value") ?? assertion, $"There is no file {path}.", "assert.value");
        var name = Path.GetFileName(path);
        var text = Utf8Text.Decode(File.ReadAllBytes(path), path);
        if (files.TryGetValue(name, out var other) && other != text) throw tree.Error(assertion, $"Two files are called {name}.", "assert.value", "Give one of them another name.");
        files[name] = text;
        unsupported.Add(tree.At(assertion, $"assert.value {value}", "is copied beside the task; files and packages that it loads are not there when it runs"));
        return script with { File = name, Function = function };
    }
}
