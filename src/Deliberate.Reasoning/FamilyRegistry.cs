using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>The one visible list of task families. To add one: copy the nearest file in <c>Families</c>, change it, add its line here.</summary>
public static class FamilyRegistry
{
    public static IReadOnlyList<ITaskFamily> All { get; } =
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
    ];

    /// <summary>The family of this name, or a <see cref="UserError"/> that lists the names there are.</summary>
    public static ITaskFamily Get(string name) =>
        All.FirstOrDefault(f => string.Equals(f.Name, name, StringComparison.Ordinal))
        ?? throw new UserError($"There is no task family '{name}'.", field: "family", advice: $"The families are {string.Join(", ", All.Select(f => f.Name))}.");
}
