using System.CommandLine;
using System.CommandLine.Parsing;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>An option that takes one of a few names, spelled as recipes spell them.</summary>
internal static class ChoiceOption
{
    public static Option<T> Of<T>(string name, string description, T value = default)
        where T : struct, Enum => new(name)
        {
            HelpName = Names<T>(),
            Description = description,
            DefaultValueFactory = _ => value,
            CustomParser = result => Parse<T>(result, name) ?? default,
        };

    /// <summary>Null where it is not given.</summary>
    public static Option<T?> Optional<T>(string name, string description)
        where T : struct, Enum => new(name)
        {
            HelpName = Names<T>(),
            Description = description,
            CustomParser = result => Parse<T>(result, name),
        };

    private static string Names<T>() => string.Join('|', RecipeType.EnumNames(typeof(T)).Select(n => n.Name));

    private static T? Parse<T>(ArgumentResult result, string name)
        where T : struct, Enum
    {
        var given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        var names = RecipeType.EnumNames(typeof(T));
        foreach (var known in names)
            if (known.Name == given) return (T)known.Value;
        result.AddError($"{name}: \"{given}\" is not one of {string.Join(", ", names.Select(n => n.Name))}.");
        return null;
    }
}
