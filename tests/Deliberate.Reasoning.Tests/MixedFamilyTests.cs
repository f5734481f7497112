using Deliberate.Core;

namespace Deliberate.Reasoning.Tests;

public sealed class MixedFamilyTests
{
    private static readonly MixedFamily Mixed = new("mixed",
    [
        new(FamilyRegistry.Get("arithmetic"), [2, 3], CorpusMixture.CarefulOnly, 3),
        new(FamilyRegistry.Get("horn-proofs"), [2], new(0, 0, 0, 1), 1),
        new(FamilyRegistry.Get("countdown"), [3], new(0.25, 0.25, 0.25, 0.25), 2),
    ]);

    [Fact]
    public void Every_stretch_of_a_cycle_has_the_exact_shares_wherever_it_begins()
    {
        foreach (var start in new[] { 0, 1, 5, 1_000_000_000L })
        {
            var drawn = Enumerable.Range(0, 12).Select(i => Mixed.Generate(Split.Train, MixedFamily.Level, 1, start + i)).ToArray();
            drawn.Count(p => p.Family == "arithmetic").ShouldBe(6);
            drawn.Count(p => p.Family == "horn-proofs").ShouldBe(2);
            drawn.Count(p => p.Family == "countdown").ShouldBe(4);
            drawn.Where(p => p.Family == "arithmetic").Select(p => p.Level).Order().ShouldBe([2, 2, 2, 3, 3, 3]);
        }
    }

    [Fact]
    public void Turns_are_spread_rather_than_in_a_row()
    {
        var families = Enumerable.Range(0, 6).Select(i => Mixed.Generate(Split.Test, MixedFamily.Level, 1, i).Family).ToArray();
        for (var i = 2; i < families.Length; i++) (families[i] == families[i - 1] && families[i] == families[i - 2]).ShouldBeFalse(string.Join(' ', families));
    }

    [Fact]
    public void A_problem_is_its_own_familys_and_so_are_its_writers_and_its_grades()
    {
        for (var i = 0; i < 60; i++)
        {
            var example = Corpus.Draw(Mixed, LevelMix.Of(MixedFamily.Level), CorpusMixture.CarefulOnly, 3, i);
            if (example.Problem.Family == "horn-proofs") example.Writer.ShouldBe(Writer.GivesUpEarly);
            if (example.Problem.Family == "arithmetic") example.Writer.ShouldBe(Writer.Careful);
            var own = FamilyRegistry.Get(example.Problem.Family);
            own.Generate(Split.Train, example.Problem.Level, 3, i).ShouldBe(example.Problem);
            var (mixed, alone) = (new FamilyScorer(Mixed).Judge(example.Problem, example.Completion), new FamilyScorer(own).Judge(example.Problem, example.Completion));
            (mixed.IsRight, mixed.AllStepsRight, mixed.Reason).ShouldBe((alone.IsRight, alone.AllStepsRight, alone.Reason));
        }
    }

    [Fact]
    public void The_alphabet_is_that_of_all_parts()
    {
        Mixed.Alphabet.Distinct().Count().ShouldBe(Mixed.Alphabet.Count);
        foreach (var name in new[] { "arithmetic", "horn-proofs", "countdown" }) FamilyRegistry.Get(name).Alphabet.ShouldBeSubsetOf(Mixed.Alphabet);
    }

    [Fact]
    public void Held_out_problems_are_different_ones_and_too_many_are_refused_by_number()
    {
        var family = FamilyRegistry.Get("multiplication");
        var problems = HeldOutProblems.Draw(family, [2, 3], 301, 1);
        problems.Length.ShouldBe(301);
        problems.Select(p => p.Canonical).Distinct().Count().ShouldBe(301);
        problems.ShouldAllBe(p => p.Split == Split.Test);
        problems.Count(p => p.Level == 2).ShouldBe(151);
        HeldOutProblems.Draw(family, [2, 3], 100, 1).ShouldBe(problems[..100]);
        var error = Should.Throw<UserError>(() => HeldOutProblems.Draw(family, [1], 500, 1));
        error.Message.ShouldContain("multiplication has only ");
        error.Message.ShouldContain("500 are asked for");
    }
}
