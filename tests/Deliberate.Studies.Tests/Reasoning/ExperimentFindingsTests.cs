using Deliberate.Core;
using Deliberate.Training;

namespace Deliberate.Studies.Tests;

public sealed class ExperimentFindingsTests
{
    private static readonly ExperimentQuestion Learning = ExperimentQuestion.All.First(q => q.Key == "learning");

    [Fact]
    public void A_difference_whose_interval_excludes_zero_is_said_with_its_numbers()
    {
        var sentence = ExperimentFindings.Sentence(Learning, new Contrast(Estimates.Of(0.4), Estimates.Of(0.65), Estimates.Of(0.25, 0.2, 0.3), [(1, 0.22), (2, 0.28)], true));
        sentence.ShouldBe($"{Learning.Higher}: from 40% to 65%, +25.0 percentage points (95% interval +20.0 to +30.0, Wilson; seeds +22.0 to +28.0).");
    }

    [Fact]
    public void A_difference_the_other_way_is_said_as_such() =>
        ExperimentFindings.Sentence(Learning, new Contrast(Estimates.Of(0.4), Estimates.Of(0.3), Estimates.Of(-0.1, -0.15, -0.05), [(1, -0.1)], true)).ShouldStartWith($"{Learning.Lower}: from 40% to 30%, −10.0 percentage points (95% interval −15.0 to −5.0, Wilson; seed 1 alone)");

    [Theory]
    [InlineData(-0.01, 0.05, 0.02, 0.02, "no difference that this experiment could show")]
    [InlineData(0.0, 0.05, 0.02, 0.02, "no difference that this experiment could show")]
    [InlineData(0.01, 0.05, 0.07, -0.02, "and the seeds disagree in sign")]
    public void What_is_not_shown_is_said_not_to_be(double low, double high, double one, double two, string why)
    {
        var sentence = ExperimentFindings.Sentence(Learning, new Contrast(Estimates.Of(0.4), Estimates.Of(0.42), Estimates.Of(0.02, low, high), [(1, one), (2, two)], true));
        sentence.ShouldStartWith($"{Learning.Asks} Not shown: from 40% to 42%");
        sentence.ShouldContain(why);
        sentence.ShouldNotContain(Learning.Higher);
        sentence.ShouldNotContain(Learning.Lower);
    }

    [Fact]
    public void Without_any_difference_nothing_is_shown_of_any_question()
    {
        var summary = new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(), (_, _, _) => 0.5));
        ExperimentFindings.Answered(summary).Count().ShouldBe(ExperimentQuestion.All.Count);
        ExperimentFindings.Shows(summary).ShouldBeEmpty();
        ExperimentFindings.DoesNotShow(summary).Count(s => s.Contains("Not shown:", StringComparison.Ordinal)).ShouldBe(ExperimentQuestion.All.Count);
    }

    [Fact]
    public void The_same_words_follow_the_numbers_whichever_way_they_come_out()
    {
        double Share(Subject s) => s switch { { Model: ExperimentModel.Base, Deeper: false } => 1 / 6.0, { Model: ExperimentModel.Direct } => 1 / 6.0, { Deeper: true } => 0, _ => 5 / 6.0 };
        var up = ExperimentFindings.Shows(new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(), (s, _, _) => Share(s)))).ToArray();
        var down = ExperimentFindings.Shows(new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(), (s, _, _) => 1 - Share(s)))).ToArray();
        up.ShouldContain(s => s.StartsWith(Learning.Higher, StringComparison.Ordinal) && s.Contains("higher in arithmetic-compare (+66.7), horn-proofs (+66.7)", StringComparison.Ordinal));
        down.ShouldContain(s => s.StartsWith(Learning.Lower, StringComparison.Ordinal) && s.Contains("lower in arithmetic-compare (−66.7)", StringComparison.Ordinal));
        up.Length.ShouldBe(4);
        down.Length.ShouldBe(4);
    }

    [Fact]
    public void By_family_each_verdict_has_its_own_list()
    {
        var summary = new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(), (s, f, _) => s.Model == ExperimentModel.Reinforced && f == "horn-proofs" ? 1 : 0));
        ExperimentFindings.ByFamily(summary, Learning).ShouldBe("By family, in percentage points: higher in horn-proofs (+100.0); not shown in arithmetic-compare (0.0).");
    }

    [Fact]
    public void It_says_in_which_seed_a_family_was_left_out_and_how_many_comparisons_there_are()
    {
        var notes = string.Join(' ', ExperimentFindings.DoesNotShow(new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(), (_, _, _) => 0.5))));
        notes.ShouldContain("arithmetic-compare in 5, horn-proofs in 6");
        notes.ShouldContain("there are 18 of them");
        ExperimentFindings.DoesNotShow(new ExperimentSummary(TinyExperiment.Evidence(TinyExperiment.Plan(seeds: 1), (_, _, _) => 0.5))).ShouldContain(s => s.Contains("seed: there is one", StringComparison.Ordinal));
    }
}
