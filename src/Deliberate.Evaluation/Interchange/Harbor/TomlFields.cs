using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Tomlyn;
using Tomlyn.Model;

namespace Deliberate.Evaluation;

/// <summary>A table of a TOML file, read field by field: a field of another type is named with its file, and what nobody asked for is known at the end.</summary>
internal sealed class TomlFields
{
    private readonly string _file, _front;
    private readonly TomlTable _table;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    private TomlFields(string file, string front, TomlTable table) => (_file, _front, _table) = (file, front, table);

    /// <exception cref="UserError">It is no TOML; the line is named.</exception>
    public static TomlFields Read(string text, string file)
    {
        try
        {
            return new TomlFields(file, "", TomlSerializer.Deserialize<TomlTable>(text) ?? []);
        }
        catch (TomlException error)
        {
            throw new UserError($"This is no TOML: {error.Message.ReplaceLineEndings(" ")}", file, error.Line ?? 0, error.Column ?? 0, inner: error);
        }
    }

    public bool Has(string name) => _table.ContainsKey(name);

    public TomlFields Table(string name)
    {
        _asked.Add(name);
        return new TomlFields(_file, _front + name + ".", !_table.TryGetValue(name, out var value) ? [] : value as TomlTable ?? throw Wrong(name, "a table"));
    }

    public string? Text(string name) => Get(name) is not { } value ? null : value as string ?? throw Wrong(name, "a text");

    public double? Number(string name) => Get(name) switch
    {
        null => null,
        long whole => whole,
        double real when double.IsFinite(real) => real,
        _ => throw Wrong(name, "a number"),
    };

    public bool? Flag(string name) => Get(name) is not { } value ? null : value as bool? ?? throw Wrong(name, "true or false");

    public IReadOnlyList<string> Texts(string name) => Get(name) switch
    {
        null => [],
        TomlArray list when list.All(i => i is string) => [.. list.Cast<string>()],
        _ => throw Wrong(name, "a list of texts"),
    };

    public IReadOnlyDictionary<string, string> Variables(string name) => Table(name)._table.ToDictionary(v => v.Key, v => v.Value as string ?? throw Wrong($"{name}.{v.Key}", "a text"), StringComparer.Ordinal);

    /// <summary>All of a table as JSON, whatever is in it.</summary>
    public JsonObject Json(string name) => (JsonObject)Json(Table(name)._table)!;

    /// <summary>Names that nobody asked for.</summary>
    public IEnumerable<string> Others => _table.Keys.Where(k => !_asked.Contains(k)).Select(k => _front + k);

    public UserError Wrong(string name, string what) => new($"{_front}{name} must be {what}.", _file, field: _front + name);

    private object? Get(string name)
    {
        _asked.Add(name);
        return _table.TryGetValue(name, out var value) ? value : null;
    }

    private static JsonNode? Json(object? value) => value switch
    {
        TomlTable table => new JsonObject(table.Select(f => KeyValuePair.Create(f.Key, Json(f.Value)))),
        TomlTableArray tables => new JsonArray([.. tables.Select(Json)]),
        TomlArray list => new JsonArray([.. list.Select(Json)]),
        string text => text,
        long whole => whole,
        double real => real,
        bool flag => flag,
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
