using System.CommandLine;
using Deliberate.Core;

namespace Deliberate.Cli;

/// <summary>An option that takes one of a few names, spelled as recipes spell them.</summary>
internal static class ChoiceOption
{
    public static Option<T> Of<T>(string name, string description, T value = default)
        where T : struct, Enum => new(name)
        {
            HelpName = string.Join('|', RecipeType.EnumNames(typeof(T)).Select(n => n.Name)),
            Description = description,
            DefaultValueFactory = _ => value,
            CustomParser = result =>
            {
                var given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
                var names = RecipeType.EnumNames(typeof(T));
                foreach (var known in names)
                    if (known.Name == given) return (T)known.Value;
                result.AddError($"{name}: \"{given}\" is not one of {string.Join(", ", names.Select(n => n.Name))}.");
                return default;
            },
        };
}
