namespace Deliberate.Reasoning;

/// <summary>Where a run draws its problems from: a task family, which never ends, or files of the user's.</summary>
internal interface IProblemSource
{
    string Name { get; }

    IReadOnlyList<DifficultyLevel> Levels { get; }

    /// <summary>How many problems there are; null where there is no end.</summary>
    /// <param name="split">Of which side.</param>
    /// <param name="level">Of one level; null for all of them.</param>
    int? Count(Split split, int? level);

    /// <summary>A problem: a pure function of its arguments. Index and index + 1 are different problems as long as there are any.</summary>
    Problem Draw(Split split, int? level, ulong seed, long index);

    /// <summary>Problems that tell how long prompts are: all of a side where they end, else so many of each level.</summary>
    IEnumerable<Problem> Probe(Split split, IEnumerable<int> levels, ulong seed, int count) => levels.SelectMany(level => Enumerable.Range(0, count).Select(i => Draw(split, level, seed, i)));

    /// <summary>The line of a file that a problem stands in; null where it stands in none.</summary>
    (string File, int Line)? PlaceOf(Problem problem) => null;

    /// <summary>What was left out or changed of what it was made from, a sentence each.</summary>
    IEnumerable<string> Notes => [];
}
