namespace Deliberate.Reasoning;

/// <summary>
/// The one visible list of environments that make their own problems. To add one: copy the nearest file of this folder, and add its
/// line here. They are families (<see cref="FamilyRegistry.Get"/> finds them), but no tasks of one turn: what asks every family a
/// question and reads one answer leaves them out.
/// </summary>
internal static class EnvironmentList
{
    public static IReadOnlyList<EnvironmentFamily> All { get; } = [new CalculatorEnvironment(), new FilesEnvironment()];
}
