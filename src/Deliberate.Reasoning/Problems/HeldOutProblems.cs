using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A set of different held-out problems: those of the test split in the order of the generator, each canonical text once, so
/// that n problems are n and not a few of them over and over where a level has few. Several levels have equal parts, in turn.
/// </summary>
internal static class HeldOutProblems
{
    /// <summary>Draws without a new problem after which the level counts as used up.</summary>
    private const int Patience = 20_000;

    /// <exception cref="UserError">The levels do not have as many.</exception>
    public static Problem[] Draw(ITaskFamily family, IReadOnlyList<int> levels, int count, ulong seed)
    {
        var drawn = new List<Problem>[levels.Count];
        for (var i = 0; i < drawn.Length; i++) drawn[i] = Level(family, levels[i], (count + drawn.Length - 1 - i) / drawn.Length, seed);
        var problems = new Problem[count];
        for (var i = 0; i < count; i++) problems[i] = drawn[i % drawn.Length][i / drawn.Length];
        return problems;
    }

    private static List<Problem> Level(ITaskFamily family, int level, int count, ulong seed)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<Problem>(count);
        for (long index = 0, last = 0; problems.Count < count; index++)
        {
            var problem = family.Generate(Split.Test, level, seed, index);
            if (seen.Add(problem.Canonical))
            {
                problems.Add(problem);
                last = index;
            }
            else if (index - last > Patience)
            {
                throw new UserError(
                    string.Create(CultureInfo.InvariantCulture, $"{family.Name} has only {problems.Count} different held-out problems of level {level}, and {count} are asked for."), field: "problems",
                    advice: "Ask for fewer, or choose a level that has more.");
            }
        }

        return problems;
    }
}
