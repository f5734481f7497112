using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

/// <summary>What every family promises, checked on every level of every family in the registry.</summary>
public sealed class FamilyTests
{
    private const int Count = 400, Pure = 200;
    private static readonly Writer[] Writers = Enum.GetValues<Writer>();

    public static TheoryData<string, int> FamiliesAndLevels { get; } =
        [.. FamilyRegistry.All.SelectMany(f => f.Levels, (f, l) => new TheoryDataRow<string, int>(f.Name, l.Number))];

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Careful_writers_make_no_wrong_step_and_answer_right(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        for (var i = 0; i < Count; i++)
        {
            var problem = family.Generate(i % 4 == 0 ? Split.Test : Split.Train, level, 1, i);
            var random = new RandomStream(1, StreamStage.Test, problem: i);
            var solution = family.Write(problem, Writer.Careful, ref random);
            var verdict = new FamilyScorer(family).Judge(problem, solution.Completion);
            verdict.AllStepsRight.ShouldBeTrue(ProblemPreview.Render(family, problem, 1));
            family.Verify(problem, problem.Answer).IsRight.ShouldBeTrue();
            new FamilyScorer(family).Judge(problem, solution.DirectAnswer).IsRight.ShouldBeTrue();
        }

        Console.WriteLine($"{name} level {level}: {Count} careful solutions");
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Train_and_test_never_meet(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        var sides = new HashSet<string>[] { new(StringComparer.Ordinal), new(StringComparer.Ordinal) };
        for (var i = 0; i < 2 * Count; i++)
        {
            foreach (var split in Enum.GetValues<Split>())
            {
                var problem = family.Generate(split, level, (ulong)i % 3, i);
                ProblemSplit.Of(problem.Canonical).ShouldBe(split);
                problem.Split.ShouldBe(split);
                sides[(int)split].Add(problem.Canonical);
            }
        }

        sides[0].Overlaps(sides[1]).ShouldBeFalse();
        sides[1].Count.ShouldBeGreaterThan(3);
        Console.WriteLine($"{name} level {level}: {sides[0].Count} train and {sides[1].Count} test problems, distinct, of {2 * Count} draws each");
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Problems_and_solutions_are_a_pure_function_of_seed_and_index(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        string Draw(ulong seed, int index)
        {
            var example = Corpus.Draw(family, LevelMix.Of(level), family.DefaultMixture, seed, index);
            return $"{example.Problem}|{example.Writer}|{example.Completion}|{example.IsRight}";
        }

        var forward = Enumerable.Range(0, Pure).Select(i => Draw(5, i)).ToArray();
        for (var i = Pure - 1; i >= 0; i--) Draw(5, i).ShouldBe(forward[i]);
        Enumerable.Range(0, Pure).Count(i => Draw(6, i) == forward[i]).ShouldBeLessThan(Pure / 10);
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Prompts_and_completions_are_made_of_the_alphabet(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        var longestFirst = family.Alphabet.OrderByDescending(t => t.Length).ToArray();
        for (var i = 0; i < 150; i++)
        {
            var example = Corpus.Draw(family, LevelMix.Of(level), new(0.25, 0.25, 0.25, 0.25), 2, i);
            var rest = (example.Prompt + example.Completion).AsSpan();
            while (!rest.IsEmpty)
            {
                var token = "";
                foreach (var candidate in longestFirst)
                {
                    if (!rest.StartsWith(candidate, StringComparison.Ordinal)) continue;
                    token = candidate;
                    break;
                }

                token.ShouldNotBeEmpty($"'{rest[0]}' of {example.Prompt}{example.Completion}");
                rest = rest[token.Length..];
            }
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Other_writers_err_in_their_own_way(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        var measured = Writers.Select(w => CorpusStatistics.Measure(family, level, w, 3, 600)).ToArray();
        foreach (var m in measured)
        {
            Console.WriteLine($"{name,-24} {level} {ProblemPreview.Name(m.Writer),-21} prompt {m.PromptCharacters.Value,5:0.0} completion {m.CompletionCharacters.Value,6:0.0} (longest {m.LongestCompletion,4}) steps {m.Steps.Value,5:0.0} right {m.Right.Value:0.000} all steps right {m.AllStepsRight.Value:0.000}");
        }

        measured[0].Right.Value.ShouldBe(1);
        measured[1].AllStepsRight.Value.ShouldBeInRange(0.1, 0.97);
        measured[2].Right.Value.ShouldBeLessThan(0.97);
        measured[3].AllStepsRight.Value.ShouldBeInRange(0.03, 0.97);
        measured[1].Right.Value.ShouldBeLessThan(1);
        measured[3].Right.Value.ShouldBeLessThan(1);
    }

    /// <summary>A writer who gives up makes no mistake before; so every wrong step would be a fault of writer or checker.</summary>
    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void Who_gives_up_early_writes_right_steps_until_then(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        for (var i = 0; i < Count; i++)
        {
            var problem = family.Generate(Split.Train, level, 4, i);
            var random = new RandomStream(4, StreamStage.Test, problem: i);
            var solution = family.Write(problem, Writer.GivesUpEarly, ref random);
            family.CheckSteps(problem, solution.Steps).ShouldAllBe(v => v.IsRight);
        }
    }

    [Theory]
    [MemberData(nameof(FamiliesAndLevels))]
    public void A_right_answer_to_half_a_thought_is_not_every_step_right(string name, int level)
    {
        var family = FamilyRegistry.Get(name);
        for (var i = 0; i < 50; i++)
        {
            var problem = family.Generate(Split.Train, level, 4, i);
            var random = new RandomStream(4, StreamStage.Test, problem: i);
            var solution = family.Write(problem, Writer.Careful, ref random);
            if (solution.Steps.Count < 2) continue;
            var verdict = new FamilyScorer(family).Judge(problem, ChainOfThought.Format(solution.Steps.SkipLast(1), solution.Answer));
            verdict.IsRight.ShouldBeTrue();
            verdict.AllStepsRight.ShouldBeFalse(problem.Prompt);
        }
    }
}
