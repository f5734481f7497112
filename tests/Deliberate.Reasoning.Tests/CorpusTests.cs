using Deliberate.Core;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

public sealed class CorpusTests
{
    private static readonly ITaskFamily Family = FamilyRegistry.All[0];

    [Fact]
    public void Writers_and_levels_come_in_their_shares()
    {
        var mix = new LevelMix([new(2, 1), new(3, 3)]);
        var examples = Enumerable.Range(0, 8000).Select(i => Corpus.Draw(Family, mix, Family.DefaultMixture, 1, i)).ToArray();
        foreach (var writer in Enum.GetValues<Writer>())
        {
            (examples.Count(e => e.Writer == writer) / 8000.0).ShouldBe(Family.DefaultMixture.Share(writer), 0.02);
        }

        (examples.Count(e => e.Problem.Level == 3) / 8000.0).ShouldBe(0.75, 0.02);
        examples.ShouldAllBe(e => e.Problem.Split == Split.Train);
    }

    [Fact]
    public void The_control_has_the_same_problems_and_answers()
    {
        for (var i = 0; i < 200; i++)
        {
            var example = Corpus.Draw(Family, LevelMix.All(Family), Family.DefaultMixture, 1, i);
            ChainOfThought.Parse(example.Completion).Answer.ShouldBe(ChainOfThought.Parse(example.DirectAnswer).Answer);
        }
    }

    [Theory]
    [InlineData(0.5, 0.5, 0.5, 0)]
    [InlineData(-0.1, 1.1, 0, 0)]
    [InlineData(double.NaN, 0, 0, 1)]
    public void A_mixture_that_is_none_is_refused(double careful, double slips, double wrong, double early) =>
        Should.Throw<UserError>(() => new CorpusMixture(careful, slips, wrong, early).Validated());

    [Fact]
    public void A_level_or_family_that_does_not_exist_is_refused_with_those_that_do()
    {
        Should.Throw<UserError>(() => LevelMix.Of(99).ValidatedFor(Family)).Message.ShouldContain("2, 3, 4");
        Should.Throw<UserError>(() => FamilyRegistry.Get("chess")).Message.ShouldContain("countdown");
    }

    /// <summary>A corpus is drawn while a model trains: a draw must cost far less than a training step's share of it.</summary>
    [Fact]
    public void Drawing_is_cheap()
    {
        foreach (var family in FamilyRegistry.All)
        {
            foreach (var level in family.Levels)
            {
                Corpus.Draw(family, LevelMix.Of(level.Number), family.DefaultMixture, 1, 0);
                var milliseconds = ThreadTime.Of(() =>
                {
                    for (var i = 0; i < 200; i++) Corpus.Draw(family, LevelMix.Of(level.Number), family.DefaultMixture, 1, i);
                }).TotalMilliseconds / 200;
                Console.WriteLine($"{family.Name} level {level.Number}: {milliseconds:0.000} ms an example");
                milliseconds.ShouldBeLessThan(50);
            }
        }
    }

    [Fact]
    public void A_preview_marks_every_step()
    {
        foreach (var family in FamilyRegistry.All)
        {
            var problem = family.Generate(Split.Test, family.Levels[^1].Number, 1, 2);
            var text = ProblemPreview.Render(family, problem, 1);
            Console.WriteLine(text);
            foreach (var writer in Enum.GetValues<Writer>()) text.ShouldContain(ProblemPreview.Name(writer));
            text.ShouldContain("    + ");
        }
    }
}
