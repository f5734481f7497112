using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A corpus of worked solutions without end: example number i is a pure function of (family, levels, mixture, seed, i), so
/// it needs no file, may be read from any place and resumes exactly. All its problems are of the train split.
/// </summary>
public static class Corpus
{
    /// <param name="family">A mixed family's parts have their own levels and writers; <paramref name="levels"/> and <paramref name="mixture"/> are not asked then.</param>
    public static CorpusExample Draw(ITaskFamily family, LevelMix levels, CorpusMixture mixture, ulong seed, long index)
    {
        var random = new RandomStream(seed, StreamStage.Corpus, problem: index);
        var problem = family.Generate(Split.Train, levels.Draw(ref random), seed, index);
        var writers = family is MixedFamily mixed ? mixed.WritersOf(problem) : mixture;
        var solution = family.Write(problem, writers.Draw(ref random), ref random);
        return new(problem, solution, family.Verify(problem, solution.Answer).IsRight);
    }
}

/// <summary>A problem of the corpus and what one of its writers made of it.</summary>
public sealed record CorpusExample(Problem Problem, WorkedSolution Solution, bool IsRight)
{
    public string Prompt => Problem.Prompt;

    public Writer Writer => Solution.Writer;

    /// <summary>The completion with its chain of thought.</summary>
    public string Completion => Solution.Completion;

    /// <summary>The control: the same problem, and only the answer that the same writer ended in.</summary>
    public string DirectAnswer => Solution.DirectAnswer;
}
