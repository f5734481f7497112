using System.Collections.Concurrent;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// The one visible list of task families. To add one of ours: copy the nearest file in <c>Families</c>, change it, add its line
/// here. One of yours, in a program of your own, is added by <see cref="Register"/>; recipes then name it (<c>family.name</c>).
/// </summary>
public static class FamilyRegistry
{
    private static readonly ExtensibleList<ITaskFamily> Known = new("task family", family => family.Name,
    [
        new NestedArithmeticFamily(new("arithmetic")),
        new NestedArithmeticFamily(new("arithmetic-compare", Comparison: true)),
        new NestedArithmeticFamily(new("arithmetic-mod10", ModuloTen: true)),
        new NestedArithmeticFamily(new("arithmetic-mod10-compare", ModuloTen: true, Comparison: true)),
        new CountdownFamily(new("countdown")),
        new CountdownFamily(new("countdown-easy", LargestNumber: 12, Division: false)),
        new CountdownFamily(new("countdown-plain", LargestNumber: 18, Division: false)),
        new VariablesFamily(new("variables")),
        new HornProofFamily(new("horn-proofs")),
        new MultiplicationFamily(new("multiplication")),
        new SudokuFamily(new("sudoku")),
        new ProgramFamily(new("programs")),
        new ProgramFamily(new("programs-csharp", ProgramLanguage.Csharp)),
    ]);

    private static readonly ConcurrentDictionary<string, AbsentFamily> Absent = new(StringComparer.Ordinal);

    /// <summary>Ours, then those registered.</summary>
    public static IReadOnlyList<ITaskFamily> All => Known.Items;

    /// <summary>Adds a family of yours. Before a recipe that names it is read; <see cref="FamilyCheck"/> says whether it keeps what families promise.</summary>
    /// <exception cref="ArgumentException">The name is taken, or not one.</exception>
    public static void Register(ITaskFamily family) => Known.Add(family);

    /// <summary>The names that a recipe may give: those of the list, and of the environments.</summary>
    internal static IEnumerable<string> Names => All.Concat(EnvironmentList.All).Select(family => family.Name);

    /// <summary>Whether a family of the name is in the list.</summary>
    internal static bool Has(string name) => All.Concat(EnvironmentList.All).Any(family => family.Name == name);

    /// <summary>The family of a name, or what stands for one that is in no list; null where there is neither.</summary>
    internal static ITaskFamily? Find(string name) => All.Concat(EnvironmentList.All).FirstOrDefault(family => family.Name == name) ?? Absent.GetValueOrDefault(name);

    /// <summary>Takes note of a family of another program's: it is found by its name and is in no list.</summary>
    internal static void Admit(AbsentFamily family) => Absent[family.Name] = family;

    /// <summary>Takes a registered one back, for tests and programs that register again.</summary>
    public static bool Remove(string name) => Known.Remove(name);

    /// <summary>The family of this name, or a <see cref="UserError"/> that lists the names there are.</summary>
    public static ITaskFamily Get(string name) =>
        Find(name)
        ?? throw new UserError($"There is no task family '{name}'.", field: "family", advice: $"The families are {string.Join(", ", Names)}.");
}
