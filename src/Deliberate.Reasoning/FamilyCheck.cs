using Deliberate.Core;

namespace Deliberate.Reasoning;

/// <summary>
/// Whether a family keeps what all families promise, tried on generated problems: for the test of a family of your own. It looks
/// at every level: problems are a pure function of their arguments and on the side of the split asked for; their answers are
/// accepted, and so is every step of a careful writer, whose thought arrives at a right answer; half of it does not; the other
/// writers err; prompts and solutions are made of the alphabet; nothing throws on garbage.
/// </summary>
public static class FamilyCheck
{
    /// <summary>Answers that some writers must get wrong are rare at some levels: so many solutions are looked at.</summary>
    private const int Solutions = 1000;

    /// <summary>What no family asks for.</summary>
    private static readonly string[] Garbage = ["", "?", "<think>", "<think>\n</think>", "<think>1\n2</think>", new string('9', 400), "\0\uFFFD", string.Concat(Enumerable.Repeat("1+", 5000))];

    /// <summary>What is wrong with a family, in words; nothing where all is well.</summary>
    /// <param name="family">It need not be registered.</param>
    /// <param name="problems">How many problems of each level are looked at, of each split.</param>
    /// <param name="seed">Which.</param>
    public static IReadOnlyList<string> Faults(ITaskFamily family, int problems = 300, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(family);
        ArgumentOutOfRangeException.ThrowIfLessThan(problems, 10);
        var faults = new List<string>();
        if (family.Levels.Count == 0) faults.Add("it has no levels");
        if (family.Levels.Select(l => l.Number).Distinct().Count() < family.Levels.Count) faults.Add("two levels have the same number");
        Try("its mixture", faults, () => family.DefaultMixture.Validated());
        foreach (var level in family.Levels)
        {
            // One fault of a kind is enough: the others are mostly the same.
            var found = new List<string>();
            for (var i = 0; i < problems; i++)
                foreach (var split in Enum.GetValues<Split>())
                    Try($"{split} problem {i}", found, () => Look(family, level.Number, split, seed, i, found));
            Try("its writers", found, () => Writers(family, level.Number, seed, found));
            faults.AddRange(found.DistinctBy(Kind).Select(f => $"level {level.Number}, {f}"));
        }

        return faults;
    }

    private static void Look(ITaskFamily family, int level, Split split, ulong seed, long index, List<string> found)
    {
        var problem = family.Generate(split, level, seed, index);
        var scorer = new FamilyScorer(family);
        void Fault(string what) => found.Add($"{split} problem {index}: {what}");
        if (problem != family.Generate(split, level, seed, index)) Fault("the same arguments give another problem");
        if ((problem.Family, problem.Level, problem.Split, problem.Index) != (family.Name, level, split, index)) Fault("it does not name its own family, level, split and index");
        if (ProblemSplit.Of(problem.Canonical) != split) Fault("its canonical text is of the other split; draw it with ProblemSplit.Generate");
        if (!family.Verify(problem, problem.Answer).IsRight) Fault("its answer is not accepted");
        foreach (var writer in Enum.GetValues<Writer>())
        {
            var solution = Write(family, problem, writer, seed);
            if (Unspelled(family, problem.Prompt + solution.Completion) is { } rest) Fault($"the alphabet does not spell {Quoted(rest)}");
            if (writer == Writer.GivesUpEarly && family.CheckSteps(problem, solution.Steps).Any(v => !v.IsRight)) Fault("who gives up early made a wrong step before");
            if (writer != Writer.Careful) continue;
            if (solution.Completion != Write(family, problem, writer, seed).Completion) Fault("the same random stream gives another solution");
            var verdict = scorer.Judge(problem, solution.Completion);
            if (!verdict.AllStepsRight) Fault(verdict.FirstWrongStep >= 0 ? $"a careful writer's step is taken for wrong ({verdict.Steps[verdict.FirstWrongStep].Reason})" : "a careful writer's thought does not arrive at a right answer");
            var half = ChainOfThought.Format(solution.Steps.SkipLast(1), solution.Answer);
            if (solution.Steps.Count > 1 && scorer.Judge(problem, half).AllStepsRight) Fault("half a thought passes for a whole one: Conclusion must be null until the steps arrive at an answer");
        }

        foreach (var text in Garbage)
            if (scorer.Judge(problem, text).IsRight) Fault($"garbage passes for an answer: {Quoted(text)}");
    }

    /// <summary>A slip-prone writer who never slips, or others who are always right, leave reinforcement learning nothing to find out.</summary>
    private static void Writers(ITaskFamily family, int level, ulong seed, List<string> found)
    {
        foreach (var writer in Enum.GetValues<Writer>())
        {
            if (writer == Writer.Careful) continue;
            var isWrong = false;
            for (var i = 0; i < Solutions && !isWrong; i++)
            {
                var problem = family.Generate(Split.Train, level, seed, i);
                isWrong = !family.Verify(problem, Write(family, problem, writer, seed).Answer).IsRight;
            }

            if (!isWrong) found.Add($"{ProblemPreview.Name(writer)} writers: none of {Solutions} answers is wrong");
        }
    }

    private static WorkedSolution Write(ITaskFamily family, Problem problem, Writer writer, ulong seed)
    {
        var random = new RandomStream(seed, StreamStage.Test, problem: problem.Index, sample: (long)writer);
        return family.Write(problem, writer, ref random);
    }

    private static string? Unspelled(ITaskFamily family, string text)
    {
        var longestFirst = family.Alphabet.OrderByDescending(t => t.Length).ToArray();
        for (var at = 0; at < text.Length;)
        {
            var token = longestFirst.FirstOrDefault(t => t.Length > 0 && text.AsSpan(at).StartsWith(t, StringComparison.Ordinal));
            if (token is null) return text[at..];
            at += token.Length;
        }

        return null;
    }

    /// <summary>What a fault says without the problem that shows it, and what it quotes.</summary>
    private static string Kind(string fault)
    {
        var what = fault[(fault.IndexOf(':') + 1)..];
        var quote = what.AsSpan().IndexOfAny('"', '(');
        return quote < 0 ? what : what[..quote];
    }

    private static string Quoted(string text) => $"\"{(text.Length > 20 ? text[..20] + "..." : text)}\"";

    private static void Try(string what, List<string> found, Action look)
    {
        try
        {
            look();
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            found.Add($"{what}: {error.GetType().Name}: {error.Message}");
        }
    }
}
