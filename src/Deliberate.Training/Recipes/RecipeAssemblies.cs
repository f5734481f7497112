using System.Reflection;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>
/// Task families and objectives of the user's that a recipe names with their assembly (<c>family.assembly</c>, <c>reinforcement.assembly</c>):
/// found and registered before the recipe is bound, so that their names are known. Where a run's own recipe is read, those that are
/// nowhere to be found are stood for: the run can be looked at, and not gone on with.
/// </summary>
internal static class RecipeAssemblies
{
    private const string Assembly = "assembly";

    /// <param name="top">What the recipe says.</param>
    /// <param name="file">The recipe file.</param>
    /// <param name="isRun">Whether it is the recipe of a run that is there.</param>
    /// <exception cref="UserError">An assembly cannot be loaded, or holds nothing of the name.</exception>
    public static void Register(RecipeSection top, string file, bool isRun)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        if (top.Find("family")?.Value is RecipeSection family)
        {
            if (family.Find("parts")?.Value is RecipeList { Items: { Count: > 0 } parts })
                foreach (var part in parts.OfType<RecipeSection>()) Family(part, folder, isRun);
            else Family(family, folder, isRun);
        }

        if (top.Find("reinforcement")?.Value is RecipeSection reinforcement) Objective(reinforcement, folder, isRun);
    }

    private static void Family(RecipeSection section, string folder, bool isRun)
    {
        if (Text(section, "name") is not { } name || FamilyRegistry.Has(name)) return;
        if (Find(section, folder, isRun) is { } path)
        {
            ITaskFamily[] found = [.. UserAssembly.Types(path, "family.assembly").Where(type => type is { IsClass: true, IsAbstract: false } && typeof(ITaskFamily).IsAssignableFrom(type) && type.GetConstructor([]) is not null)
                .Select(type => (ITaskFamily)UserAssembly.Create(type, path, "family.assembly"))];
            FamilyRegistry.Register(found.FirstOrDefault(one => one.Name == name) ?? throw new UserError(
                $"The assembly holds no task family \"{name}\".", path, field: "family.name",
                advice: found.Length == 0 ? "A family is a public class that implements ITaskFamily and has a constructor without parameters." : $"It holds {string.Join(", ", found.Select(one => one.Name))}."));
        }
        else if (isRun) FamilyRegistry.Admit(new AbsentFamily(name, [.. Levels(section)]));
    }

    private static void Objective(RecipeSection section, string folder, bool isRun)
    {
        if (Text(section, "objective") is not { } name || PolicyObjectives.Has(name)) return;
        if (Find(section, folder, isRun) is { } path)
        {
            PolicyObjectiveEntry[] found = [.. UserAssembly.Types(path, "reinforcement.assembly").SelectMany(Entries)];
            PolicyObjectives.Register(found.FirstOrDefault(one => one.Name == name) ?? throw new UserError(
                $"The assembly holds no objective \"{name}\".", path, field: "reinforcement.objective",
                advice: found.Length == 0 ? "An objective is a public static property or field of the type PolicyObjectiveEntry." : $"It holds {string.Join(", ", found.Select(one => one.Name))}."));
        }
        else if (isRun) PolicyObjectives.Admit(name, Text(section, "advantage"));
    }

    private static IEnumerable<PolicyObjectiveEntry> Entries(Type type)
    {
        const BindingFlags Shared = BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.ContainsGenericParameters) return [];
        return type.GetProperties(Shared).Where(property => property.PropertyType == typeof(PolicyObjectiveEntry)).Select(property => (PolicyObjectiveEntry)property.GetValue(null)!)
            .Concat(type.GetFields(Shared).Where(field => field.FieldType == typeof(PolicyObjectiveEntry)).Select(field => (PolicyObjectiveEntry)field.GetValue(null)!));
    }

    /// <summary>The assembly that a section names; null where it names none, or where that of a run is gone.</summary>
    private static string? Find(RecipeSection section, string folder, bool isRun) =>
        Text(section, Assembly) is { } named && RecipePaths.Find(named, folder) is var path && (!isRun || File.Exists(path)) ? path : null;

    private static IEnumerable<int> Levels(RecipeSection section)
    {
        if (section.Find("levels")?.Value is RecipeList list)
            foreach (var item in list.Items.OfType<RecipeScalar>())
                if (int.TryParse(item.Text, out var level)) yield return level;
        if (int.TryParse(Text(section, "evaluation_level"), out var tested)) yield return tested;
    }

    private static string? Text(RecipeSection section, string key) => section.Find(key)?.Value is RecipeScalar { IsNull: false } scalar ? scalar.Text : null;
}
