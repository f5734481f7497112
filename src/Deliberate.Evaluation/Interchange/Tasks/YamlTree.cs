using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Deliberate.Evaluation;

/// <summary>
/// YAML that other programs wrote, with the places of its keys: anchors, aliases and tags are allowed there, and a file that winds
/// itself up by aliases is refused.
/// </summary>
internal sealed class YamlTree
{
    private const int LargestFile = 16 << 20, MostNodes = 500_000;

    private readonly string _path;
    private int _nodes;

    private YamlTree(string path, YamlNode root) => (_path, Root) = (path, root);

    public YamlNode Root { get; }

    /// <summary>The folder that relative paths of the file begin at.</summary>
    public string Folder => Path.GetDirectoryName(Path.GetFullPath(_path))!;

    public string Name => _path;

    public static YamlTree Read(string path)
    {
        if (Directory.Exists(path)) throw new UserError("This is a folder, not a file.", path);
        if (!File.Exists(path)) throw new UserError("There is no such file.", path);
        try
        {
            if (new FileInfo(path).Length > LargestFile) throw new UserError($"The file is larger than {Quantity.Bytes(LargestFile)}.", path, advice: "Keep the items in a file of their own, an object a line.");
            var stream = new YamlStream();
            using (var text = new StringReader(Utf8Text.Decode(File.ReadAllBytes(path), path))) stream.Load(text);
            if (stream.Documents.Count == 0) throw new UserError("The file is empty.", path);
            var tree = new YamlTree(path, stream.Documents[0].RootNode);
            tree.Count(tree.Root, 0);
            return tree;
        }
        catch (YamlException error)
        {
            throw new UserError($"This is not valid YAML: {error.InnerException?.Message ?? error.Message}", path, (int)error.Start.Line, (int)error.Start.Column, inner: error);
        }
        catch (Exception error) when (Disk.IsRefusal(error))
        {
            throw Disk.CannotRead(path, error);
        }
    }

    public UserError Error(YamlNode node, string problem, string? field = null, string? advice = null) => new(problem, _path, (int)node.Start.Line, (int)node.Start.Column, field, advice);

    /// <summary>What a notice says of a key that has no counterpart.</summary>
    public string At(YamlNode node, string key, string why) => string.Create(CultureInfo.InvariantCulture, $"{_path}:{node.Start.Line}: {key}: {why}");

    public static YamlNode? Find(YamlNode? node, string key) => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) && value is not YamlScalarNode { Value: null or "" or "~" or "null", Style: ScalarStyle.Plain } ? value : null;

    /// <summary>Keys with their values, in the order of the file.</summary>
    public static IEnumerable<(string Key, YamlNode Node, YamlNode Value)> Entries(YamlNode? node) => node is YamlMappingNode map ? map.Children.Select(c => ((c.Key as YamlScalarNode)?.Value ?? "", c.Key, c.Value)) : [];

    /// <summary>The items of a list; a single value is a list of one.</summary>
    public static IReadOnlyList<YamlNode> List(YamlNode? node) => node switch { null => [], YamlSequenceNode list => [.. list.Children], _ => [node] };

    /// <summary>Of a scalar; null of anything else, and of null.</summary>
    public static string? Text(YamlNode? node) => node is YamlScalarNode scalar && !(scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null") ? scalar.Value : null;

    /// <summary>As YAML's core schema has it: plain scalars may be numbers, true, false or null.</summary>
    public static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create((c.Key as YamlScalarNode)?.Value ?? "", Json(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => scalar.Value switch
        {
            null or "" or "~" or "null" => null,
            "true" or "True" => JsonValue.Create(true),
            "false" or "False" => JsonValue.Create(false),
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => JsonValue.Create(number),
            var text => JsonValue.Create(text),
        },
        _ => JsonValue.Create((node as YamlScalarNode)?.Value ?? ""),
    };

    public static string? Text(YamlNode? node, string key) => Text(Find(node, key));

    /// <summary>Aliases repeat what they stand for: a few lines may stand for more than any memory holds.</summary>
    private void Count(YamlNode node, int depth)
    {
        if (++_nodes > MostNodes || depth > 64) throw Error(node, "The file repeats itself by aliases beyond all measure, or nests too deep.", advice: "Write it out.");
        switch (node)
        {
            case YamlMappingNode map:
                foreach (var (key, value) in map.Children)
                {
                    Count(key, depth + 1);
                    Count(value, depth + 1);
                }

                break;
            case YamlSequenceNode list:
                foreach (var item in list.Children) Count(item, depth + 1);
                break;
        }
    }
}
