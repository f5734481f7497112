using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Train and test never meet, by construction: a hash of a problem's canonical text says which side it is on, whatever seed,
/// index or family option drew it, and a generator draws again until the problem is on the side asked for. One in eight is test.
/// The hash is FNV-1a over UTF-16 units, finished as in SplitMix64 so that short texts spread; it must never change.
/// </summary>
public static class ProblemSplit
{
    private const int MostDraws = 1_000_000;

    /// <summary>The side of a problem.</summary>
    /// <param name="canonical">See <see cref="Problem.Canonical"/>.</param>
    public static Split Of(string canonical)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in canonical) hash = (hash ^ c) * 1099511628211UL;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9UL;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBUL;
        return (hash ^ (hash >> 31)) >> 61 == 0 ? Split.Test : Split.Train;
    }

    /// <summary>One draw of a problem; null where it is not one that the level wants.</summary>
    public delegate Problem? Draw(ref RandomStream random);

    /// <summary>
    /// Draws until the problem is on the wanted side: what a family's <see cref="ITaskFamily.Generate"/> is made with. The stream's
    /// key is (seed, split, level, index).
    /// </summary>
    public static Problem Generate(Split split, int level, ulong seed, long index, Draw draw)
    {
        var random = new RandomStream(seed, split == Split.Train ? StreamStage.TrainProblems : StreamStage.TestProblems, step: level, problem: index);
        for (var i = 0; i < MostDraws; i++)
        {
            if (draw(ref random) is { } problem && Of(problem.Canonical) == split) return problem;
        }

        throw new InvalidOperationException($"No {split} problem of level {level} in {MostDraws} draws.");
    }
}
