using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Deliberate.Core;

/// <summary>
/// Turns YAML text into <see cref="RecipeNode"/>s that remember their places. A recipe is plain data: one document, string keys,
/// no anchors, aliases, tags or duplicate keys, nested at most <see cref="DeepestLevel"/> deep. Whatever the text holds, the
/// only exception is <see cref="UserError"/>.
/// </summary>
internal sealed class RecipeParser
{
    public const int DeepestLevel = 32;
    public const int LongestText = 4 << 20;

    private readonly Parser _parser;
    private readonly string _text, _source;
    private readonly bool _isSet;

    private RecipeParser(string text, string source, bool isSet)
    {
        _parser = new Parser(new StringReader(text));
        _text = text;
        _source = source;
        _isSet = isSet;
    }

    /// <summary>The top section of a recipe file.</summary>
    public static RecipeSection ParseFile(string text, string fileName)
    {
        var top = new RecipePlace(fileName, 1, 1);
        var node = new RecipeParser(text, fileName, isSet: false).Document();
        return node switch
        {
            null or RecipeScalar { IsNull: true } => throw new UserError("The file is empty.", fileName, advice: "Write at least one \"key: value\" line."),
            RecipeSection section => section,
            _ => throw top.Error($"This should be a section of \"key: value\" lines, but is {node.Kind}."),
        };
    }

    /// <summary>The value of a <c>--set KEY=VALUE</c>: a list, section or quoted text as in YAML, anything else as it stands.</summary>
    public static RecipeNode ParseValue(string text, string source)
    {
        var trimmed = text.Trim();
        var place = new RecipePlace(source, 0, 0);
        if (trimmed.Length == 0 || !"[{\"'".Contains(trimmed[0], StringComparison.Ordinal)) return new RecipeScalar(trimmed, plain: true, place);
        return new RecipeParser(trimmed, source, isSet: true).Document() ?? new RecipeScalar("", plain: true, place);
    }

    private RecipeNode? Document()
    {
        if (_text.Length > LongestText) throw new UserError($"At most {LongestText} characters are read, this one has {_text.Length}.", _source);
        Next();
        Next();
        if (_parser.Current is not DocumentStart) return null;
        Next();
        var node = Node(1);
        Next();
        Next();
        if (_parser.Current is DocumentStart second) throw Place(second.Start).Error("There is more than one document in it.", advice: "Remove the \"---\" and what follows it.");
        return node;
    }

    /// <summary>Reads the node at the current event and leaves the parser on its last event.</summary>
    private RecipeNode Node(int level)
    {
        var current = _parser.Current!;
        var place = Place(current.Start);
        if (level > DeepestLevel) throw place.Error($"Nested more than {DeepestLevel} levels deep.", advice: "A few are enough; check the brackets and the indentation.");
        Refuse(current, place);
        switch (current)
        {
            case Scalar scalar:
                return new RecipeScalar(scalar.Value, scalar.Style == ScalarStyle.Plain, place);
            case SequenceStart:
                var items = new List<RecipeNode>();
                for (Next(); _parser.Current is not SequenceEnd; Next()) items.Add(Node(level + 1));
                return new RecipeList(items, place);
            case MappingStart:
                var section = new RecipeSection(place);
                var seen = new Dictionary<string, RecipePlace>(StringComparer.Ordinal);
                for (Next(); _parser.Current is not MappingEnd; Next())
                {
                    var keyPlace = Place(_parser.Current!.Start);
                    Refuse(_parser.Current, keyPlace);
                    if (_parser.Current is not Scalar key) throw keyPlace.Error("A key must be a plain name.");
                    if (!seen.TryAdd(key.Value, keyPlace))
                    {
                        var first = seen[key.Value];
                        throw keyPlace.Error("The key appears twice.", field: key.Value, advice: first.Line > 0 ? $"It is in line {first.Line} already; keep one." : "Keep one.");
                    }

                    Next();
                    section.Entries.Add(new RecipeEntry(key.Value, keyPlace, Node(level + 1)));
                }

                return section;
            default:
                throw place.Error("This is not valid YAML.");
        }
    }

    private static void Refuse(ParsingEvent current, RecipePlace place)
    {
        if (current is AnchorAlias alias) throw place.Error($"The alias *{alias.Value} is refused: anchors and aliases are not read here.", advice: "Write the value out.");
        if (current is not NodeEvent node) return;
        if (!node.Anchor.IsEmpty) throw place.Error($"The anchor &{node.Anchor} is refused: anchors and aliases are not read here.", advice: "Write the value out.");
        if (!node.Tag.IsEmpty) throw place.Error("Tags are refused: the type of a value comes from its key.", advice: "Remove the \"!\"; quote the text if it begins with one.");
    }

    private void Next()
    {
        try
        {
            if (!_parser.MoveNext()) throw Place(_parser.Current?.End ?? Mark.Empty).Error("The text ends too early.");
        }
        catch (YamlException error)
        {
            if (TabbedLine() is var line and > 0) throw new RecipePlace(_source, line, 1).Error("This is not valid YAML: a tab indents the line.", advice: "Indent with spaces.", inner: error);
            throw Place(error.Start).Error($"This is not valid YAML: {Sentence(error.Message)}", advice: "Check the indentation and the quotes.", inner: error);
        }
        catch (Exception error) when (error is not (UserError or OutOfMemoryException))
        {
            // The scanner indexes its buffers without checks in places: malformed text is the user's to fix, whatever it hits.
            throw Place(_parser.Current?.End ?? Mark.Empty).Error("This is not valid YAML.", advice: "Check the indentation and the quotes.", inner: error);
        }
    }

    private RecipePlace Place(Mark mark) =>
        _isSet ? new RecipePlace(_source, 0, 0) : new RecipePlace(_source, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    /// <summary>The first line with a tab in its indentation, which the scanner reports far from where it is; 0 if there is none.</summary>
    private int TabbedLine()
    {
        var line = 0;
        if (_isSet) return 0;
        foreach (var text in _text.AsSpan().EnumerateLines())
        {
            line++;
            var content = text.TrimStart(" \t");
            if (text[..^content.Length].Contains('\t')) return line;
        }

        return 0;
    }

    private static string Sentence(string message)
    {
        message = message.ReplaceLineEndings(" ").TrimEnd();
        if (message.Length == 0) return "unreadable.";
        return char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.') + ".";
    }
}
