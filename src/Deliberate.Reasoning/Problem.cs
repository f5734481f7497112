using System.Globalization;

namespace Deliberate.Reasoning;

/// <summary>
/// One problem. Its family can check answers and steps from this record alone, so it survives a file or another process.
/// </summary>
/// <param name="Family">Name of the <see cref="ITaskFamily"/>.</param>
/// <param name="Level">Number of the <see cref="DifficultyLevel"/>.</param>
/// <param name="Split">Train or test.</param>
/// <param name="Index">Its place in the generator's sequence.</param>
/// <param name="Prompt">What the model reads.</param>
/// <param name="State">The family's own text of the problem, from which it checks; not for the model.</param>
/// <param name="Canonical">The same text for problems that are the same but for their writing; it decides the split.</param>
/// <param name="Answer">A right answer (Countdown has others).</param>
public sealed record Problem(string Family, int Level, Split Split, long Index, string Prompt, string State, string Canonical, string Answer)
{
    /// <summary>Of the generator or file that it is from: raised where the same index is another problem than before.</summary>
    public int Version { get; init; } = 1;

    /// <summary><c>set@version/level.index</c>, or the id that a user's file gives it.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Family}@{Version}/{OwnProblem.NamedId(this) ?? $"{Level}.{Index}"}");
}

/// <summary>Problems to train on, and held-out ones. No problem is in both; see <see cref="ProblemSplit"/>.</summary>
public enum Split
{
    Train,
    Test,
}

/// <summary>A level of difficulty of a family: the number that recipes name, and what it means.</summary>
public sealed record DifficultyLevel(int Number, string Name);
