using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A setting that two recipes say differently; "absent" where one does not have it.</summary>
internal sealed record SettingDifference(string Key, string A, string B);

/// <summary>In which settings two recipes differ, key by key; the name is not a setting.</summary>
internal static class RecipeDifferences
{
    private const string Absent = "absent";

    public static List<SettingDifference> Of(TrainRecipe a, TrainRecipe b)
    {
        var (first, second) = (Texts(a), Texts(b));
        var keys = first.Keys.Concat(second.Keys.Where(k => !first.ContainsKey(k)));
        return [.. keys.Where(k => k != "name").Select(k => new SettingDifference(k, first.GetValueOrDefault(k, Absent), second.GetValueOrDefault(k, Absent))).Where(d => d.A != d.B)];
    }

    /// <summary>A recipe's settings as texts, in their order.</summary>
    public static OrderedDictionary<string, string> Texts(TrainRecipe recipe)
    {
        var texts = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        // A list of single values is a text already.
        foreach (var (key, value) in RecipeSettings.Of(recipe)) texts[key] = value is string text && text.StartsWith('[') ? text : RecipeWriter.Scalar(value);
        return texts;
    }
}
