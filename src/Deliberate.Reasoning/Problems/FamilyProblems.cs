namespace Deliberate.Reasoning;

/// <summary>The problems of a task family.</summary>
/// <param name="family">The family.</param>
/// <param name="usualLevel">Where no level is asked for.</param>
internal sealed class FamilyProblems(ITaskFamily family, int usualLevel) : IProblemSource
{
    public string Name => family.Name;

    public IReadOnlyList<DifficultyLevel> Levels => family.Levels;

    public int? Count(Split split, int? level) => null;

    public Problem Draw(Split split, int? level, ulong seed, long index) => family.Generate(split, level ?? usualLevel, seed, index);
}
