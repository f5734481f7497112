using System.Globalization;

namespace Deliberate.Core;

/// <summary>
/// One <c>--set key.path=value</c>: puts the value into the tree as if the file held it, so that it goes through the same checks
/// with <c>--set key.path</c> as its place.
/// </summary>
internal static class RecipeOverride
{
    public static void Apply(RecipeSection top, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var path = (equals < 0 ? text : text[..equals]).Trim();
        var source = $"--set {path}";
        var place = new RecipePlace(source, 0, 0);
        var keys = path.Split('.');
        if (equals < 0 || keys.Any(k => k.Length == 0)) throw new UserError("An override is written key.path=value.", $"--set {text}", advice: "For example --set train.steps=100.");
        if (keys.Length > RecipeParser.DeepestLevel) throw place.Error($"Nested more than {RecipeParser.DeepestLevel} levels deep.");
        Put(top, keys, 0, RecipeParser.ParseValue(text[(equals + 1)..], source), place);
    }

    private static void Put(RecipeNode at, string[] keys, int depth, RecipeNode value, RecipePlace place)
    {
        var last = depth == keys.Length - 1;
        var key = keys[depth];
        if (at is RecipeList list)
        {
            if (!int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= list.Items.Count)
                throw place.Error($"\"{key}\" is not an index of a list of {list.Items.Count}.", string.Join('.', keys[..depth]), "Items count from 0; to replace the list write --set key=[a, b].");
            if (last) list.Items[index] = value;
            else if (Enter(list.Items[index], place) is { } created) Put(list.Items[index] = created, keys, depth + 1, value, place);
            else Put(list.Items[index], keys, depth + 1, value, place);
            return;
        }

        if (at is not RecipeSection section) throw place.Error($"{string.Join('.', keys[..depth])} is not a section but {at.Kind}.", string.Join('.', keys));
        if (last)
        {
            section.Put(new RecipeEntry(key, place, value));
            return;
        }

        var entry = section.Find(key);
        var child = entry is null ? new RecipeSection(place) : Enter(entry.Value, place) ?? entry.Value;
        if (child != entry?.Value) section.Put(new RecipeEntry(key, entry?.Place ?? place, child));
        Put(child, keys, depth + 1, value, place);
    }

    /// <summary>A new section in the place of an empty one ("train:" with nothing below); null where there is content.</summary>
    private static RecipeSection? Enter(RecipeNode node, RecipePlace place) =>
        node is RecipeScalar { IsNull: true } ? new RecipeSection(place) : null;
}
