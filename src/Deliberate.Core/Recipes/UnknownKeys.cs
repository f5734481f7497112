using System.Reflection;

namespace Deliberate.Core;

/// <summary>
/// Every key of a recipe that its type does not have, found before anything is bound and told at once, each with its place and the
/// nearest meaning: what another program's key is called here (<see cref="ForeignKeysAttribute"/>), the section that has a key of this
/// name, or the name that it may be a slip of.
/// </summary>
internal sealed class UnknownKeys
{
    /// <summary>So many are told one by one.</summary>
    public const int Most = 50;

    private readonly List<UserError> _found = [];
    private readonly ForeignKeysAttribute? _foreign;
    private readonly Lazy<Dictionary<string, List<string>>> _places;
    private int _more;

    private UnknownKeys(Type top)
    {
        _foreign = top.GetCustomAttribute<ForeignKeysAttribute>();
        _places = new Lazy<Dictionary<string, List<string>>>(() =>
        {
            var places = new Dictionary<string, List<string>>(StringComparer.Ordinal);
            Collect(top, "", places, 1);
            return places;
        });
    }

    /// <summary>Refuses a recipe with keys that its type does not have.</summary>
    /// <exception cref="UserError">One for all of them.</exception>
    public static void Refuse(RecipeSection top, Type type)
    {
        var search = new UnknownKeys(type);
        search.Look(top, type, "");
        if (search._found.Count > 0) throw UserError.Together(search._found, search._more);
    }

    private void Look(RecipeNode node, Type type, string path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (RecipeType.ListItem(type) is { } item)
        {
            if (node is not RecipeList list) return;
            for (var i = 0; i < list.Items.Count; i++) Look(list.Items[i], item, FormattableString.Invariant($"{path}[{i}]"));
            return;
        }

        // What is no section where one is expected is told when it is bound.
        if (node is not RecipeSection section || RecipeType.IsSingle(type)) return;
        if (RecipeType.DictionaryValue(type) is { } value)
        {
            foreach (var entry in section.Entries) Look(entry.Value, value, Join(path, entry.Key));
            return;
        }

        var kinds = RecipeKindsAttribute.Find(type);
        if (kinds is not null)
        {
            var kind = (section.Find(RecipeKindsAttribute.Key)?.Value as RecipeScalar)?.Text;
            if (kinds.Kinds.FirstOrDefault(k => k.Name == kind).Type is not { } chosen) return;
            type = chosen;
        }

        var recipe = RecipeType.Of(type);
        foreach (var entry in section.Entries)
        {
            if (recipe.Fields.FirstOrDefault(f => f.Key == entry.Key) is { } field) Look(entry.Value, field.Type, Join(path, entry.Key));
            else if (kinds is null || entry.Key != RecipeKindsAttribute.Key) Tell(entry, path, entry.Key, kinds is null ? recipe.Keys : [RecipeKindsAttribute.Key, .. recipe.Keys]);
        }
    }

    /// <summary>Of a section of another program's each key that is known, else the section.</summary>
    private void Tell(RecipeEntry entry, string path, string written, IReadOnlyList<string> here)
    {
        if (_foreign is not null && entry.Value is RecipeSection section && section.Entries.Exists(inner => Knows(inner, $"{written}.{inner.Key}")))
        {
            foreach (var inner in section.Entries) Tell(inner, path, $"{written}.{inner.Key}", []);
            return;
        }

        if (_found.Count == Most) _more++;
        else _found.Add(entry.Place.Error("Unknown key.", Join(path, written), Advice(written, here)));
    }

    private bool Knows(RecipeEntry entry, string written) =>
        _foreign!.Meaning(written) is not null || (entry.Value is RecipeSection section && section.Entries.Exists(inner => Knows(inner, $"{written}.{inner.Key}")));

    private string? Advice(string written, IReadOnlyList<string> here)
    {
        if (_foreign?.Meaning(written) is { } meaning) return meaning;
        if (NearestName.Find(written, here) is { } slip) return $"Did you mean \"{slip}\"?";
        if (_places.Value.TryGetValue(written, out var places)) return $"There is {Words(places)}.";
        if (NearestName.Find(written, _places.Value.Keys) is { } far) return $"Did you mean {Words(_places.Value[far])}?";
        return NearestName.Suggest(written, [.. here]);
    }

    private static string Words(List<string> places) => places.Count <= 4 ? string.Join(" or ", places) : $"{string.Join(" or ", places.Take(4))} or {places.Count - 4} others";

    /// <summary>Every key of the type and of what it holds, by its last name.</summary>
    private static void Collect(Type type, string path, Dictionary<string, List<string>> places, int level)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (level > RecipeParser.DeepestLevel || RecipeType.IsSingle(type)) return;
        if ((RecipeType.ListItem(type) ?? RecipeType.DictionaryValue(type)) is { } inner)
        {
            Collect(inner, path + "[]", places, level + 1);
            return;
        }

        if (type.IsAbstract && RecipeKindsAttribute.Find(type) is { } kinds)
        {
            foreach (var (_, kind) in kinds.Kinds) Collect(kind, path, places, level);
            return;
        }

        foreach (var field in RecipeType.Of(type).Fields)
        {
            var at = Join(path, field.Key);
            if (!places.TryGetValue(field.Key, out var all)) places[field.Key] = all = [];
            if (!all.Contains(at)) all.Add(at);
            Collect(field.Type, at, places, level + 1);
        }
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
