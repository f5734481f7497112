using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

public sealed class ExperimentScoresTests
{
    private static readonly Subject Base = new(ExperimentModel.Base), After = new(ExperimentModel.Reinforced), Without = new(ExperimentModel.Without);

    [Fact]
    public void Rates_are_pooled_over_seeds_and_every_seed_has_its_own()
    {
        var plan = TinyExperiment.Plan();
        var evidence = TinyExperiment.Evidence(plan, (_, _, seed) => seed == 5 ? 3 / 6.0 : 5 / 6.0);
        var score = ExperimentScores.Of(evidence, Base, ["horn-proofs"])!;
        (score.Rate.N, score.Rate.Samples, score.Successes).ShouldBe((6, 12, 8));
        score.Rate.Value.ShouldBe(8 / 12.0, 1e-12);
        score.Range!.Value.Low.ShouldBe(0.5, 1e-12);
        score.Range!.Value.High.ShouldBe(5 / 6.0, 1e-12);
        score.Seeds[0].Rate.Low.ShouldBe(new Proportion(3, 6).Wilson().Low, 1e-12);

        // The same problem in two seeds is one item with two samples.
        score.Rate.ShouldBe(ShareMetric.Of(ItemValues.Of(new[] { 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0 }.Index(), s => s.Index % 6, s => s.Item)));
        (score.Rate.N, score.Rate.Method).ShouldBe((6, EstimateMethod.ClusteredWilson));
        ExperimentScores.Of(evidence, Base, plan.Families)!.Rate.Samples.ShouldBe(24);
    }

    [Fact]
    public void One_seed_has_wilsons_interval()
    {
        var evidence = TinyExperiment.Evidence(TinyExperiment.Plan(seeds: 1), (_, _, _) => 0);
        var score = ExperimentScores.Of(evidence, Base, ["horn-proofs"])!;
        (score.Rate.Low, score.Rate.High).ShouldBe((0, new Proportion(0, 6).Wilson().High));
    }

    [Fact]
    public void A_difference_is_paired_by_problem_and_seed()
    {
        // Four more of six right, always the same two wrong before and after.
        var evidence = TinyExperiment.Evidence(TinyExperiment.Plan(), (s, _, _) => s.Model == ExperimentModel.Base ? 0 : 4 / 6.0);
        var contrast = ExperimentScores.Between(evidence, Base, After, ["horn-proofs"])!;
        (contrast.From.Value, contrast.To.Value).ShouldBe((0, 4 / 6.0));
        contrast.Difference.Method.ShouldBe(EstimateMethod.PairedStudentT);
        contrast.Difference.Value.ShouldBe(4 / 6.0, 1e-12);
        contrast.Difference.Low.ShouldBeGreaterThan(0);
        contrast.Difference.High.ShouldBeLessThanOrEqualTo(1);
        contrast.Seeds.Select(s => s.Difference).ShouldAllBe(d => Math.Abs(d - (4 / 6.0)) < 1e-12);
        contrast.Finding.ShouldBe(Finding.Larger);
        ExperimentScores.Between(evidence, After, Base, ["horn-proofs"])!.Finding.ShouldBe(Finding.Smaller);
        ExperimentScores.Between(evidence, Base, Base, ["horn-proofs"])!.Finding.ShouldBe(Finding.NotToldApart);
    }

    [Fact]
    public void Seeds_that_disagree_in_sign_show_nothing_however_narrow_the_interval()
    {
        var contrast = new Contrast(Estimates.Of(0.5), Estimates.Of(0.6), Estimates.Of(0.1, 0.05, 0.15), [(1, 0.25), (2, -0.05)], SeedsCompare: true);
        contrast.Finding.ShouldBe(Finding.NotToldApart);
        contrast.SeedsDisagree.ShouldBeTrue();
        (contrast with { SeedsCompare = false }).Finding.ShouldBe(Finding.Larger);
        (contrast with { Difference = Estimates.Of(0.1, -0.01, 0.2) }).SeedsDisagree.ShouldBeFalse();
        (contrast with { Difference = Estimates.Of(0.1, 0, 0.2), Seeds = [(1, 0.1)] }).Finding.ShouldBe(Finding.NotToldApart);
    }

    [Fact]
    public void Families_left_out_in_turn_are_compared_with_the_same_seeds_only()
    {
        var plan = TinyExperiment.Plan();
        var evidence = TinyExperiment.Evidence(plan, (s, f, seed) => s.Model == ExperimentModel.Without ? 1 : f == "horn-proofs" && seed == 6 ? 0 : 0.5);
        var contrast = ExperimentScores.Between(evidence, Base, Without, ["horn-proofs"])!;
        contrast.From.Value.ShouldBe(0);
        contrast.Seeds.ShouldHaveSingleItem().Seed.ShouldBe(6UL);
        var all = ExperimentScores.Between(evidence, Base, Without, plan.Families)!;
        all.SeedsCompare.ShouldBeFalse();
        all.From.Value.ShouldBe(0.25, 1e-12);
        ExperimentScores.Of(evidence, Without, plan.Families)!.Range.ShouldBeNull();
    }
}
