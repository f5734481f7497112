using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Training;
using FileLine = Deliberate.Core.JsonLine;

namespace Deliberate.Cli;

/// <summary>
/// A file of another form, or another layout, as JSON Lines of ours: what became of each entry, and the lines. An entry in a form of
/// ours stays as it is; fields that a shape does not know stay beside those that it becomes, since loaders leave them alone.
/// </summary>
internal sealed class DataConversion
{
    private const int MostErrors = 10;

    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<UserError> _errors = [];
    private readonly List<string> _lines = [];
    private readonly SortedDictionary<string, int> _converted = new(StringComparer.Ordinal), _leftOut = new(StringComparer.Ordinal);
    private readonly DataKind _kind;
    private (DataKind Kind, int Line)? _first;

    private DataConversion(string file, DataKind kind) => (File, _kind) = (file, kind);

    public string File { get; }

    /// <summary>Whether the file is JSON Lines already.</summary>
    public bool AreLines { get; private set; }

    /// <summary>What the lines are: examples or problems.</summary>
    public DataKind Kind => _first?.Kind ?? _kind;

    /// <summary>The lines to write.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Entries by the shape that they were converted from, with its fields.</summary>
    public IReadOnlyDictionary<string, int> Converted => _converted;

    /// <summary>Entries that were in a form of ours.</summary>
    public int AsTheyWere { get; private set; }

    public int Failed { get; private set; }

    /// <summary>The first of the entries that could not be converted.</summary>
    public IReadOnlyList<UserError> Errors => _errors;

    /// <summary>Fields that were left out since ours of that name hold something else, and of how many entries.</summary>
    public IReadOnlyDictionary<string, int> LeftOut => _leftOut;

    /// <param name="kind">What the entries become; auto takes what their shapes are for.</param>
    /// <exception cref="UserError">The file cannot be read, or holds examples and problems.</exception>
    public static DataConversion Of(string file, DataKind kind)
    {
        var conversion = new DataConversion(file, kind);
        var (objects, areLines) = JsonObjects.Read(file, conversion.Fail);
        conversion.AreLines = areLines;
        foreach (var entry in objects) conversion.Add(entry);
        return conversion;
    }

    private void Add(FileLine entry)
    {
        try
        {
            if (entry.Root.ValueKind != JsonValueKind.Object) throw entry.Error("Expected an object.");
            if (ForeignShape.Of(entry.Root) is not { } shape)
            {
                if (!ForeignShape.IsOurs(entry.Root) && !entry.Root.TryGetProperty(OwnProblem.Prompt, out _)) throw Unknown(entry);
                AsTheyWere++;
                _lines.Add(JsonSerializer.Serialize(entry.Root, Json));
                return;
            }

            var kind = _kind != DataKind.Auto ? _kind : shape.IsProblem(entry.Root) ? DataKind.Problems : DataKind.Examples;
            var fields = shape.Fields(entry.Root, kind == DataKind.Problems);
            var line = WithOthers(kind == DataKind.Problems ? shape.ToProblem(entry) : shape.ToExample(entry), entry.Root, fields, kind).ToJsonString(Json);
            Check(entry with { Root = JsonSerializer.Deserialize<JsonElement>(line) }, kind);
            if ((_first ??= (kind, entry.Number)).Kind != kind)
                throw new UserError($"The file holds examples as well as problems: line {_first.Value.Line} and line {entry.Number}.", File, entry.Number, field: "--kind", advice: "Say which of them all are to become: --kind examples or --kind problems.");
            var name = $"{shape.Name} ({string.Join(", ", fields)})";
            _converted[name] = _converted.GetValueOrDefault(name) + 1;
            _lines.Add(line);
        }
        catch (UserError error) when (error.Field != "--kind")
        {
            Fail(error);
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException)
        {
            // What JSON allows and no text or object of ours can be.
            Fail(entry.Error("A text holds half of a surrogate pair, or an object the same field twice."));
        }
    }

    /// <summary>The loaders' own checks: what they would refuse is not converted.</summary>
    private static void Check(FileLine line, DataKind kind)
    {
        if (kind == DataKind.Problems) ProblemFile.Parse(line, grader: null);
        else SupervisedFile.Parse(line);
    }

    /// <summary>The new line with the entry's other fields behind, but for those whose names mean something else here.</summary>
    private JsonObject WithOthers(JsonObject made, JsonElement entry, IReadOnlyList<string> used, DataKind kind)
    {
        foreach (var property in entry.EnumerateObject())
        {
            if (used.Contains(property.Name) || made.ContainsKey(property.Name) || property.Value.ValueKind == JsonValueKind.Null) continue;
            if (IsTaken(property, kind)) _leftOut[property.Name] = _leftOut.GetValueOrDefault(property.Name) + 1;
            else made[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        return made;
    }

    private static bool IsTaken(JsonProperty property, DataKind kind) => property.Name switch
    {
        "messages" or "prompt" or "completion" => true,
        "tools" => property.Value.ValueKind != JsonValueKind.Array,
        OwnProblem.Level when kind == DataKind.Problems => !(property.Value.ValueKind == JsonValueKind.Number && property.Value.TryGetInt32(out var level) && level is >= 0 and <= ProblemFile.LargestLevel),
        OwnProblem.Id when kind == DataKind.Problems => property.Value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number),
        OwnProblem.Grader when kind == DataKind.Problems => !AnswerGraders.All.Any(g => property.Value.ValueKind == JsonValueKind.String && property.Value.ValueEquals(g.Name)),
        _ => false,
    };

    private static UserError Unknown(FileLine entry) => entry.Error(
        $"The entry has no form that is known: its fields are {string.Join(", ", entry.Root.EnumerateObject().Select(p => p.Name).Take(12))}.",
        advice: $"Known are {string.Join(", ", ForeignShape.All.Select(s => s.Name))}.");

    private void Fail(UserError error)
    {
        Failed++;
        if (_errors.Count < MostErrors) _errors.Add(error);
    }
}
