using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Stands for a task family of another program's where a run that used it is looked at: its records say all that lists, comparisons and
/// reports need. Whatever would ask the family itself is refused.
/// </summary>
/// <param name="name">As the run's recipe has it.</param>
/// <param name="levels">That the recipe names.</param>
internal sealed class AbsentFamily(string name, IReadOnlyList<int> levels) : ITaskFamily
{
    public string Name => name;

    public string Description => "a family of another program";

    public IReadOnlyList<DifficultyLevel> Levels { get; } = [.. levels.Select(level => new DifficultyLevel(level, FormattableString.Invariant($"level {level}")))];

    public IReadOnlyList<string> Alphabet => throw Absent();

    public CorpusMixture DefaultMixture => CorpusMixture.CarefulOnly;

    public Problem Generate(Split split, int level, ulong seed, long index) => throw Absent();

    public Verdict Verify(Problem problem, string answer) => throw Absent();

    public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps) => throw Absent();

    public string? Conclusion(Problem problem, IReadOnlyList<string> steps) => throw Absent();

    public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random) => throw Absent();

    private UserError Absent() => new(
        $"The task family \"{name}\" is not in this program.", field: "family.name",
        advice: "What the run recorded can be looked at; to go on with it, or to ask its model, use the program that registers the family, or name its .dll in family.assembly.");
}
