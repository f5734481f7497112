using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Cli;

/// <summary>Families and levels as the command line names them.</summary>
internal static class FamilyNames
{
    /// <summary>The level that the quickstart trains on, where a family has it.</summary>
    private const int UsualLevel = 3;

    public static ITaskFamily Get(string name)
    {
        var names = FamilyRegistry.All.Select(f => f.Name).ToArray();
        return FamilyRegistry.Find(name) is { } family ? family
            : throw new UserError($"There is no task family \"{name}\".", advice: NearestName.Suggest(name, names));
    }

    /// <param name="level">0 for the usual one.</param>
    public static int Level(ITaskFamily family, int level)
    {
        var levels = family.Levels.Select(l => l.Number).ToArray();
        if (level == 0) return levels.Contains(UsualLevel) ? UsualLevel : levels[0];
        return levels.Contains(level) ? level : throw new UserError($"{family.Name} has no level {level}.", field: "--level", advice: $"It has {string.Join(", ", levels)}.");
    }
}
