using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Which levels are asked when, under each kind of curriculum, and that it goes on from its state.</summary>
public sealed class CurriculumTests
{
    private static readonly FamilyRecipe Family = new() { Name = "arithmetic", Levels = [3] };

    [Fact]
    public void Without_a_curriculum_the_levels_are_the_family_s()
    {
        var curriculum = new Curriculum(new CurriculumRecipe(), Family, 10, null);
        curriculum.MixAt(7).Weights.ShouldBe([new(3, 1)]);
        var metrics = new MetricValues();
        curriculum.Observe(0, CurriculumMetrics.Reinforcement, [Group(3, 4, 4)], metrics).ShouldBeNull();
        metrics.ShouldBeEmpty();
        curriculum.State.ShouldBeNull();
    }

    [Fact]
    public void A_level_is_mastered_by_its_own_samples_over_the_whole_window()
    {
        var curriculum = new Curriculum(new CurriculumRecipe { Kind = CurriculumKind.Promotion, Levels = [2, 4, 6], Window = 2, Threshold = 0.75, Rehearsal = 0.3 }, Family, 100, null);
        curriculum.MixAt(0).Weights.ShouldBe([new(2, 1)]);
        Observe(curriculum, Group(2, 4, 4)).ShouldBeNull("the window is not full");
        Observe(curriculum, Group(2, 1, 4)).ShouldBeNull("5 of 8 is too few");
        Observe(curriculum, Group(2, 4, 4)).ShouldBeNull("5 of 8 again: the first step left the window");
        Observe(curriculum, Group(2, 2, 4), Group(2, 4, 4, attempt: 1)).ShouldNotBeNull("6 of 8; those drawn again do not count").ShouldContain("on to level 4");
        curriculum.MixAt(4).Weights.ShouldBe([new(2, 0.3), new(4, 0.7)]);
        Observe(curriculum, Group(2, 4, 4), Group(4, 0, 4)).ShouldBeNull();
        Observe(curriculum, Group(2, 4, 4)).ShouldBeNull("nothing was asked at the present level");
        Observe(curriculum, Group(4, 4, 4)).ShouldNotBeNull("the step without samples and this one").ShouldContain("on to level 6");
        curriculum.MixAt(7).Weights.ShouldBe([new(2, 0.15), new(4, 0.15), new(6, 0.7)]);
        for (var i = 0; i < 5; i++) Observe(curriculum, Group(6, 4, 4)).ShouldBeNull("the last level stays");
    }

    [Fact]
    public void It_says_what_it_asked_and_how_that_was_answered()
    {
        var curriculum = new Curriculum(new CurriculumRecipe { Kind = CurriculumKind.Promotion, Levels = [2, 3], Start = 3, Window = 4 }, Family, 100, null);
        var metrics = new MetricValues();
        curriculum.Observe(0, CurriculumMetrics.Reinforcement, [Group(2, 3, 4), Group(3, 1, 4), Group(3, 2, 4)], metrics);
        var values = metrics.ToDictionary();
        values["rl/level"].ShouldBe(3);
        values["rl/level_mean"].ShouldBe((2 + 3 + 3) / 3.0, 1e-12);
        values["rl/accuracy_level_2"].ShouldBe(0.75);
        values["rl/accuracy_level_3"].ShouldBe(0.375);
        values["rl/level_success"].ShouldBe(0.375);
    }

    [Fact]
    public void Linear_goes_from_the_first_level_to_the_last_by_the_step_alone()
    {
        var recipe = new CurriculumRecipe { Kind = CurriculumKind.Linear, Levels = [2, 3, 4], Until = 0.5, Rehearsal = 0.2 };
        var curriculum = new Curriculum(recipe, Family, 41, null);
        curriculum.MixAt(0).Weights.ShouldBe([new(2, 1)]);
        curriculum.MixAt(5).Weights.ShouldBe([new(2, 0.5), new(3, 0.5)]);
        curriculum.MixAt(10).Weights.ShouldBe([new(2, 0.2), new(3, 0.8)]);
        curriculum.MixAt(15).Weights.ShouldBe([new(2, 0.2), new(3, 0.4), new(4, 0.4)]);
        foreach (var step in new[] { 20, 30, 40 }) curriculum.MixAt(step).Weights.ShouldBe([new(2, 0.1), new(3, 0.1), new(4, 0.8)]);
        curriculum.State.ShouldBeNull();
        new Curriculum(recipe with { Start = 4 }, Family, 41, null).MixAt(0).Weights[^1].ShouldBe(new(4, 0.8));
        new Curriculum(recipe, Family, 1, null).MixAt(0).Weights.ShouldBe([new(2, 1)]);
    }

    [Fact]
    public void It_goes_on_from_its_state_as_if_it_had_not_stopped()
    {
        var recipe = new CurriculumRecipe { Kind = CurriculumKind.Promotion, Window = 3, Threshold = 0.6 };
        var whole = new Curriculum(recipe, Family, 100, null);
        var cut = new Curriculum(recipe, Family, 100, null);
        for (var step = 0; step < 30; step++)
        {
            var level = whole.MixAt(step).Weights[^1].Level;
            var group = Group(level, step % 5, 5);
            Observe(whole, group).ShouldBe(Observe(cut, group));
            cut = new Curriculum(recipe, Family, 100, cut.State);
            cut.MixAt(step + 1).Weights.ShouldBe(whole.MixAt(step + 1).Weights);
        }

        whole.State!.Position.ShouldBeGreaterThan(0);
    }

    private static string? Observe(Curriculum curriculum, params RolloutGroup[] groups) => curriculum.Observe(0, CurriculumMetrics.Reinforcement, groups, []);

    private static RolloutGroup Group(int level, int right, int samples, int attempt = 0)
    {
        var problem = new Problem("arithmetic", level, Split.Train, 0, "", "", "", "");
        return Scored.Group(problem, attempt, Enumerable.Range(0, samples).Select(g => (g < right ? Verdict.Pass() : Verdict.Fail("wrong"), (Models.Rollout?)null)));
    }
}
