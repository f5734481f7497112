using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>
/// What a file of another program sets: names with values, each with its place. A translation takes those it understands; what it has
/// not taken at the end is what has no counterpart.
/// </summary>
internal sealed class ForeignSettings
{
    private readonly Dictionary<string, RecipeNode> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>What nobody has taken, in the order in which it was written.</summary>
    public IEnumerable<(string Name, RecipeNode Value)> Left => _values.Where(one => !_taken.Contains(one.Key)).Select(one => (one.Key, one.Value));

    public int Count => _values.Count;

    public IEnumerable<string> Names => _values.Keys;

    /// <summary>A later one of the same name wins.</summary>
    public void Put(string name, RecipeNode value) => _values[name] = value;

    /// <summary>All that a section says, by dotted paths. Text that stands for a value from elsewhere (<c>${...}</c>) says nothing.</summary>
    public void PutAll(RecipeSection section, string path = "")
    {
        foreach (var entry in section.Entries)
        {
            var name = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (entry.Value is RecipeSection inner) PutAll(inner, name);
            else if (entry.Key != "_target_" && entry.Value is not RecipeScalar { Text: ['$', '{', ..] }) Put(name, entry.Value);
        }
    }

    /// <summary>Whether it is set to something, not to null. Takes it.</summary>
    public bool Has(string name) => Node(name) is not null;

    public bool Mentions(string name) => _values.ContainsKey(name);

    /// <exception cref="UserError">It is a list.</exception>
    public string? Text(string name) => Scalar(name)?.Text;

    /// <exception cref="UserError">It is no number.</exception>
    public double? Number(string name)
    {
        if (Scalar(name) is not { } scalar) return null;
        return double.TryParse(scalar.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw scalar.Place.Error($"Expected a number, found {scalar.Kind}.", name, "Write its value out: expressions are not worked out.");
    }

    /// <exception cref="UserError">It is no whole number.</exception>
    public int? Whole(string name)
    {
        if (Number(name) is not { } number) return null;
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Node(name)!.Place.Error($"Expected a whole number, found {Node(name)!.Kind}.", name);
    }

    /// <exception cref="UserError">It is neither true nor false.</exception>
    public bool? Flag(string name) => Scalar(name) is not { } scalar ? null : scalar.Text.ToUpperInvariant() switch
    {
        "TRUE" or "1" or "YES" => true,
        "FALSE" or "0" or "NO" => false,
        _ => throw scalar.Place.Error($"Expected true or false, found {scalar.Kind}.", name),
    };

    /// <summary>A list, or a single value as a list of one; empty where it is not set.</summary>
    public IReadOnlyList<string> List(string name) => Node(name) switch
    {
        null => [],
        RecipeList list => [.. list.Items.OfType<RecipeScalar>().Select(item => item.Text)],
        RecipeScalar scalar => [scalar.Text],
        var other => throw other.Place.Error($"Expected a list, found {other.Kind}.", name),
    };

    public RecipeNode? Node(string name)
    {
        if (!_values.TryGetValue(name, out var value)) return null;
        _taken.Add(name);
        return value is RecipeScalar { IsNull: true } or RecipeScalar { Plain: true, Text: "None" } ? null : value;
    }

    private RecipeScalar? Scalar(string name) => Node(name) switch
    {
        null => null,
        RecipeScalar scalar => scalar,
        RecipeList { Items: [RecipeScalar only] } => only,
        var other => throw other.Place.Error($"Expected a single value, found {other.Kind}.", name),
    };
}
