using System.Collections;
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
        Dictionary<string, string> first = [], second = [];
        Flatten(a, "", first);
        Flatten(b, "", second);
        var keys = first.Keys.Concat(second.Keys.Where(k => !first.ContainsKey(k)));
        return [.. keys.Where(k => k != "name").Select(k => new SettingDifference(k, first.GetValueOrDefault(k, Absent), second.GetValueOrDefault(k, Absent))).Where(d => d.A != d.B)];
    }

    private static void Flatten(object? value, string path, Dictionary<string, string> into)
    {
        if (value is null or string or bool or Enum || RecipeType.IsNumber(value.GetType())) into[path] = RecipeWriter.Scalar(value);
        else if (value is IDictionary dictionary)
            foreach (var key in dictionary.Keys.Cast<string>().Order(StringComparer.Ordinal)) Flatten(dictionary[key], Join(path, key), into);
        else if (value is IEnumerable items) into[path] = $"[{string.Join(", ", items.Cast<object?>().Select(RecipeWriter.Scalar))}]";
        else
            foreach (var field in RecipeType.Of(value.GetType()).Fields) Flatten(field.Property.GetValue(value), Join(path, field.Key), into);
    }

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
