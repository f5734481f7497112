using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class FamilyCheckTests
{
    public static TheoryData<string> Families { get; } = [.. FamilyRegistry.All.Select(f => new TheoryDataRow<string>(f.Name))];

    public static TheoryData<string> Breaches { get; } = ["", "other split", "not accepted", "alphabet", "taken for wrong", "half a thought", "none of", "FormatException", "another problem", "does not name"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Our_families_keep_what_families_promise(string name) => FamilyCheck.Faults(FamilyRegistry.Get(name), problems: 20).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Breaches))]
    public void A_family_that_breaks_a_promise_is_told_which(string breach)
    {
        var faults = FamilyCheck.Faults(new Broken(breach), problems: 20);
        if (breach.Length == 0) faults.ShouldBeEmpty();
        else faults.ShouldContain(fault => fault.Contains(breach, StringComparison.Ordinal), string.Join('\n', faults));
        faults.Count.ShouldBeLessThan(60, "each kind of fault is told once a level");
    }

    /// <summary>Multiplication, but for one breach.</summary>
    private sealed class Broken(string breach) : ITaskFamily
    {
        private readonly ITaskFamily _inner = FamilyRegistry.Get("multiplication");
        private int _drawn;

        public string Name => _inner.Name;

        public string Description => _inner.Description;

        public IReadOnlyList<DifficultyLevel> Levels => [_inner.Levels[0], _inner.Levels[1]];

        public IReadOnlyList<string> Alphabet => breach == "alphabet" ? [.. _inner.Alphabet.Where(a => a != "*")] : _inner.Alphabet;

        public CorpusMixture DefaultMixture => _inner.DefaultMixture;

        public Problem Generate(Split split, int level, ulong seed, long index) => breach switch
        {
            "other split" => _inner.Generate(1 - split, level, seed, index) with { Split = split },
            "another problem" => _inner.Generate(split, level, seed, index + _drawn++) with { Index = index },
            "does not name" => _inner.Generate(split, level, seed, index) with { Family = "" },
            _ => _inner.Generate(split, level, seed, index),
        };

        public Verdict Verify(Problem problem, string answer) => breach switch
        {
            "not accepted" => Verdict.Fail("never"),
            "none of" => Verdict.Pass(),
            _ => _inner.Verify(problem, answer),
        };

        public Verdict[] CheckSteps(Problem problem, IReadOnlyList<string> steps)
        {
            if (breach == "FormatException" && steps.Any(s => s.Length < 3)) throw new FormatException("a bug");
            return breach == "taken for wrong" ? [.. steps.Select(_ => Verdict.Fail("no"))] : _inner.CheckSteps(problem, steps);
        }

        public string? Conclusion(Problem problem, IReadOnlyList<string> steps) => breach == "half a thought" ? problem.Answer : _inner.Conclusion(problem, steps);

        public WorkedSolution Write(Problem problem, Writer writer, ref RandomStream random) => _inner.Write(problem, writer, ref random);
    }
}
