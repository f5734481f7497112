using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// Checks across several keys, which no range can express: called once the section itself is bound. Each problem names a key of
/// the section, or what is within it (<c>list[2].key</c>), whose place in the file the message then carries.
/// </summary>
internal interface ICheckedRecipe
{
    IEnumerable<(string Key, string Problem)> Problems();
}

/// <summary>Binds <see cref="RecipeNode"/>s to .NET types; every mismatch is a <see cref="UserError"/> with place and field path.</summary>
internal static class RecipeBinder
{
    /// <param name="node">What was written.</param>
    /// <param name="type">The type to make.</param>
    /// <param name="nullable">Whether "null" is a value.</param>
    /// <param name="itemNullable">Whether it is one for the items of a list or dictionary.</param>
    /// <param name="range">The range of a number, or of the items.</param>
    /// <param name="path">Field path for messages, empty at the top.</param>
    /// <param name="defaults">The instance whose values hold for keys of a section that are not written.</param>
    public static object? Bind(RecipeNode node, Type type, bool nullable, bool itemNullable, InRangeAttribute? range, string path, object? defaults)
    {
        var inner = Nullable.GetUnderlyingType(type);
        if (inner is not null) (type, nullable) = (inner, true);
        var isNull = node is RecipeScalar { IsNull: true };
        if (isNull && nullable) return null;
        if (RecipeType.IsSingle(type))
        {
            if (node is not RecipeScalar scalar || isNull)
                throw node.Place.Error($"Expected {RecipeScalars.Describe(type)}, found {node.Kind}.", path, isNull && type == typeof(string) ? "Write \"\" for an empty text." : null);
            return RecipeScalars.Bind(scalar, type, range, path);
        }

        if (RecipeType.ListItem(type) is { } item) return BindList(node, type, item, itemNullable, range, path);
        if (RecipeType.DictionaryValue(type) is { } value) return BindDictionary(node, value, itemNullable, range, path);
        return BindSection(node, type, path, defaults);
    }

    private static object BindSection(RecipeNode node, Type type, string path, object? defaults)
    {
        // An empty section ("train:" with nothing below) means its defaults.
        var section = node as RecipeSection ?? (node is RecipeScalar { IsNull: true } ? new RecipeSection(node.Place) : throw node.Place.Error($"Expected a section, found {node.Kind}.", path));
        if (path.Length == 0) UnknownKeys.Refuse(section, type);
        var kinds = RecipeKindsAttribute.Find(type);
        if (kinds is not null)
        {
            type = kinds.Choose(section, path);
            if (defaults?.GetType() != type) defaults = null;
        }

        var recipe = RecipeType.Of(type);
        IReadOnlyList<string> keys = kinds is null ? recipe.Keys : [RecipeKindsAttribute.Key, .. recipe.Keys];
        foreach (var entry in section.Entries)
        {
            if (!keys.Contains(entry.Key)) throw entry.Place.Error("Unknown key.", Join(path, entry.Key), NearestName.Suggest(entry.Key, [.. keys]));
        }

        var bare = defaults;
        var made = recipe.Create(field =>
        {
            var entry = section.Find(field.Key);
            if (entry is null && defaults is not null) return (true, field.Property.GetValue(defaults));
            if (entry is null && field.Required) throw section.Place.Error("The key is missing.", Join(path, field.Key), $"Add \"{field.Key}: ...\"{(path.Length > 0 ? $" to the section {path}" : "")}.");
            if (entry is null) return (false, null);
            bare ??= recipe.CreateDefault();
            return (true, Bind(entry.Value, field.Type, field.Nullable, field.ItemNullable, field.Range, Join(path, field.Key), field.Property.GetValue(bare)));
        });
        if (made is not ICheckedRecipe check) return made;
        foreach (var (key, problem) in check.Problems())
        {
            throw PlaceOf(section, key).Error(problem, Join(path, key));
        }

        return made;
    }

    private static object BindList(RecipeNode node, Type type, Type item, bool itemNullable, InRangeAttribute? range, string path)
    {
        if (node is not RecipeList list) throw node.Place.Error($"Expected a list, found {node.Kind}.", path, "Write [a, b], or one \"- item\" a line.");
        var values = Array.CreateInstance(item, list.Items.Count);
        for (var i = 0; i < list.Items.Count; i++)
            values.SetValue(Bind(list.Items[i], item, itemNullable, false, range, $"{path}[{i}]", null), i);
        return type.IsGenericType && type.GetGenericTypeDefinition() == typeof(List<>) ? Activator.CreateInstance(type, values)! : values;
    }

    private static System.Collections.IDictionary BindDictionary(RecipeNode node, Type value, bool itemNullable, InRangeAttribute? range, string path)
    {
        if (node is not RecipeSection section) throw node.Place.Error($"Expected a section of names and values, found {node.Kind}.", path);
        var made = (System.Collections.IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(typeof(string), value))!;
        foreach (var entry in section.Entries)
            made.Add(entry.Key, Bind(entry.Value, value, itemNullable, false, range, Join(path, entry.Key), null));
        return made;
    }

    /// <summary>Where the innermost part of <c>key[2].key</c> that was written stands.</summary>
    private static RecipePlace PlaceOf(RecipeSection section, string path)
    {
        RecipeNode? at = section;
        var place = section.Place;
        foreach (var part in path.Replace("[", ".", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal).Split('.'))
        {
            at = at switch
            {
                RecipeSection inner => inner.Find(part)?.Value,
                RecipeList list when int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (at is null) break;
            place = at.Place;
        }

        return place;
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
