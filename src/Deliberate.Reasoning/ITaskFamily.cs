using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// A kind of problem with exact answers and exact steps: a seeded generator with levels of difficulty, a verifier, a step
/// checker, and writers of worked solutions of different quality, whose mixture stands for a pretraining corpus.
/// Families hold no state: the same arguments give the same result on any thread. Nothing here throws on a model's text.
/// </summary>
public interface ITaskFamily
{
    /// <summary>The name in recipes and run records: lower case, hyphens.</summary>
    string Name { get; }

    string Description { get; }

    /// <summary>The name on pages; "Horn proofs" for <c>horn-proofs</c>.</summary>
    string Title => char.ToUpperInvariant(Name[0]) + Name[1..].Replace('-', ' ');

    /// <summary>
    /// Whether solutions are searches whose steps are tries: one that fails is a right step, so how many steps are right says little
    /// of how well a problem is solved.
    /// </summary>
    bool StepsAreTries => false;

    IReadOnlyList<DifficultyLevel> Levels { get; }

    /// <summary>
    /// Every character and word that prompts and solutions are made of, tags and newline included: what a tokenizer must hold.
    /// </summary>
    IReadOnlyList<string> Alphabet { get; }

    /// <summary>The mixture of writers that this family's corpus has unless a recipe says otherwise.</summary>
    CorpusMixture DefaultMixture { get; }

    /// <summary>A problem of the split: a pure function of its arguments.</summary>
    Problem Generate(Split split, int level, ulong seed, long index);

    /// <summary>Whether this answer is right, exactly.</summary>
    Verdict Verify(Problem problem, string answer);

    /// <summary>One verdict a step: right or wrong given the state that the step before it left, even where that was wrong.</summary>
    Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps);

    /// <summary>
    /// The answer that the steps, taken at their word, arrive at; null where they arrive at none. Tells a solution that got
    /// there from one that stopped and guessed.
    /// </summary>
    string? Conclusion(Problem problem, IReadOnlyList<string> steps);

    WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random);
}
