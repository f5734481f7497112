using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>What alarms are told: means over the window, from enough steps, of the stage that is going on.</summary>
public sealed class HealthTraceTests
{
    private static readonly TrainRecipe Recipe = TrainRecipe.Parse("name: a\nhealth: { window: 2 }", "a.yaml");

    [Fact]
    public void Means_are_over_the_window_and_not_before_it_is_full()
    {
        var trace = new HealthTrace(Recipe);
        Add(trace, 1, ("rl/truncated", 0.2));
        trace.Recent(m => m.Truncated).ShouldBeNull();
        Add(trace, 2, ("rl/truncated", 0.4));
        trace.Recent(m => m.Truncated)!.Value.ShouldBe(0.3, 1e-12);
        trace.Early(m => m.Truncated).ShouldBeNull();
        Add(trace, 3, ("policy/entropy", 0.1));
        Add(trace, 4, ("rl/truncated", 0.6));
        trace.Recent(m => m.Truncated)!.Value.ShouldBe(0.5, 1e-12, "the step that did not measure it is passed over");
        Add(trace, 5, ("rl/truncated", 0.8));
        trace.Early(m => m.Truncated)!.Value.ShouldBe(0.3, 1e-12);
        trace.Recent(m => m.Truncated)!.Value.ShouldBe(0.7, 1e-12);
        trace.LastOf(ObjectiveMetrics.Entropy).ShouldBe(0.1);
        trace.Recent(ObjectiveMetrics.Entropy).ShouldBeNull();
    }

    [Fact]
    public void A_stage_begins_with_the_evaluation_before_it()
    {
        var trace = new HealthTrace(Recipe);
        trace.Add(new HealthStep(RunStage.Supervised, 1, new Dictionary<string, double> { ["sft/loss"] = 1 }));
        trace.Sampled.ShouldBeEmpty();
        trace.Add(Summary("base"));
        trace.Add(new HealthStep(RunStage.ExpertIteration, 1, new Dictionary<string, double> { ["ei/accuracy"] = 0.5, ["ei/reward_mean"] = 0.5 }));
        trace.Add(new HealthStep(RunStage.ExpertIteration, 2, new Dictionary<string, double> { ["ei/loss"] = 0.5 }));
        trace.Sampled.Count.ShouldBe(1);
        trace.Recent(m => m.Reward).ShouldBe(0.5);
        trace.Add(Summary("ei-round-001"));
        trace.Add(Summary("expert"));
        Add(trace, 1, ("rl/reward_mean", 0.1));
        trace.Evaluations.Select(e => e.Summary.Name).ShouldBe(["expert"]);
        trace.Sampled.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(0.5, 0.5, 0.2, 0.9, true)]
    [InlineData(0.5, 0.8, 0.2, 0.9, false)]
    [InlineData(0.5, 0.5, 0.2, 0.25, false)]
    [InlineData(0.5, 0.5, 0.9, 0.2, false)]
    public void Held_out_accuracy_is_compared_with_the_rise_of_the_reward(double before, double after, double early, double late, bool rings)
    {
        var trace = new HealthTrace(Recipe);
        trace.Add(Summary("base", before));
        for (var step = 1; step <= 4; step++) Add(trace, step, ("rl/reward_mean", step <= 2 ? early : late));
        trace.Add(Summary("rl-000004", after));
        (HeldOutAlarm.Entry.Check(trace, HeldOutAlarm.Entry.Threshold) is not null).ShouldBe(rings);
    }

    [Theory]
    [InlineData(20, 20, 21, 60, true)]
    [InlineData(20, 20, 60, 65, false)]
    [InlineData(20, 20, 8, 20, true)]
    [InlineData(20, 20, 21, 30, false)]
    public void Length_that_grows_where_it_does_not_pay_rings(double right, double wrong, double rightLater, double wrongLater, bool rings)
    {
        var trace = new HealthTrace(Recipe);
        for (var step = 1; step <= 6; step++) Add(trace, step, ("rl/completion_length_right", step <= 2 ? right : rightLater), ("rl/completion_length_wrong", step <= 2 ? wrong : wrongLater));
        (LengthDriftAlarm.Entry.Check(trace, LengthDriftAlarm.Entry.Threshold) is not null).ShouldBe(rings);
    }

    [Fact]
    public void Every_alarm_has_its_own_name_and_says_what_to_do()
    {
        HealthAlarms.All.Select(a => a.Name).Distinct().Count().ShouldBe(HealthAlarms.All.Count);
        foreach (var alarm in HealthAlarms.All)
        {
            alarm.Meaning.ShouldEndWith(".");
            alarm.Advice.ShouldEndWith(".");
            // Nothing is said of a run that has not begun.
            alarm.Check(new HealthTrace(Recipe), alarm.Threshold).ShouldBeNull();
        }

        Golden.Report("alarms", HealthAlarms.All.Count);
    }

    private static void Add(HealthTrace trace, int step, params (string Name, double Value)[] values) =>
        trace.Add(new HealthStep(RunStage.Reinforcement, step, values.Append(("rl/accuracy", 0.5)).ToDictionary(v => v.Item1, v => v.Item2)));

    private static EvaluationSummary Summary(string name, double accuracy = 0.5)
    {
        var family = Recipe.Family.Instance;
        var samples = Enumerable.Range(0, 200).Select(i =>
        {
            var problem = family.Generate(Split.Test, Recipe.Family.TestLevel, 1, i);
            var text = i < 200 * accuracy ? ChainOfThought.Format([], problem.Answer) : "";
            return new ScoredSample(new Sample { Problem = problem, Attempt = 0, Completion = text, CompletionTokens = 10 }, new FamilyScorer(family).Judge(problem, text));
        });
        return EvaluationSummary.Of(name, samples, 1, []);
    }
}
