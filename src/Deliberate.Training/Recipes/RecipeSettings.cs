using System.Collections;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>A recipe as a list of single settings, key by key: <c>reinforcement.optimizer.learning_rate</c>.</summary>
internal static class RecipeSettings
{
    /// <summary>In the order of declaration. A list of single values is one setting, a text; of other lists each item has its number in the key.</summary>
    public static List<(string Key, object? Value)> Of(TrainRecipe recipe)
    {
        var settings = new List<(string, object?)>();
        Flatten(recipe, "", settings);
        return settings;
    }

    private static void Flatten(object? value, string path, List<(string Key, object? Value)> into)
    {
        if (IsSingle(value))
        {
            into.Add((path, value));
        }
        else if (value is IDictionary dictionary)
        {
            foreach (var key in dictionary.Keys.Cast<string>().Order(StringComparer.Ordinal)) Flatten(dictionary[key], Join(path, key), into);
        }
        else if (value is IEnumerable list)
        {
            object?[] items = [.. list.Cast<object?>()];
            if (Array.TrueForAll(items, IsSingle)) into.Add((path, $"[{string.Join(", ", items.Select(RecipeWriter.Scalar))}]"));
            else
                for (var i = 0; i < items.Length; i++) Flatten(items[i], FormattableString.Invariant($"{path}[{i}]"), into);
        }
        else
        {
            foreach (var (key, inner) in RecipeType.Entries(value!)) Flatten(inner, Join(path, key), into);
        }
    }

    private static bool IsSingle(object? value) => value is null or string or bool or Enum || RecipeType.IsNumber(value.GetType());

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
