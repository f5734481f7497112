using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Each advantage estimator as a recipe asks for it: what is named is what runs, and a step trained again is the same.</summary>
public sealed class AdvantageRunTests(TrainedBase trained)
{
    public static TheoryData<string> Names => [.. AdvantageEstimators.All.Where(e => !e.NeedsTeacher).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_with_it_trained_again_is_the_same_to_the_bit(string advantage)
    {
        var folder = trained.Run(trained.Recipe($"objective: ppo\nadvantage: {advantage}\nupdates: 2", "checkpoint: { every: 1, keep_last: 9 }"));
        var stored = SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ToArray();
        stored.ShouldContain(s => s.Advantage > 0);
        stored.ShouldAllBe(s => s.GreedyReward.HasValue == (advantage == "remax"));
        for (var step = 1; step <= 2; step++)
        {
            var replay = StepReplay.Run(folder, step, 1);
            replay.Numbers.Where(n => !n.IsSame).Select(n => n.Name).ShouldBeEmpty();
            (replay.DifferentAdvantages, replay.WeightsDiffer).ShouldBe((0, 0));
        }

        RunFacts.Read(new RunFolder(folder))!.Reinforcement!.Advantage.ShouldBe(advantage);
    }

    [Fact]
    public void No_two_estimators_give_the_same_advantages()
    {
        // One step from one policy: the samples are the same, and what is made of them is not.
        var made = AdvantageEstimators.All.Where(e => !e.NeedsTeacher).ToDictionary(e => e.Name, e =>
        {
            var folder = trained.Run(trained.Recipe($"objective: ppo\nadvantage: {e.Name}\nrewards: {{ correct: 0.7 }}\noverlong: {{ cache: 2 }}"));
            return string.Join(' ', SampleStore.Read(Path.Combine(folder, SampleStore.FileName), 1).Select(s => s.Advantage.ToString("R", null)));
        });
        foreach (var (a, advantages) in made)
            foreach (var (b, others) in made)
                if (a != b) advantages.ShouldNotBe(others, $"{a} and {b}");
    }

    [Fact]
    public void The_report_says_what_the_estimator_does()
    {
        var folder = trained.Run(trained.Recipe("objective: remax"));
        File.ReadAllText(RecipeTraining.Report(folder)).ShouldContain("each reward is held against that of the most likely completion of its problem");
    }

    [Theory]
    [InlineData("objective: remax\nadvantage: group", "advantage", "The objective with the same loss that takes group is reinforce")]
    [InlineData("objective: rloo\nadvantage: none", "advantage", "takes none is grpo with options.level: sequence_product")]
    [InlineData("objective: reinforce_pp\nadvantage: batch", "advantage", "takes batch is ppo")]
    [InlineData("objective: gspo\nadvantage: reinforce_pp", "advantage", "gspo_token takes both")]
    [InlineData("objective: grpo\noptions: { level: sequence }\nadvantage: reinforce_pp_baseline", "advantage", "gspo weighs whole samples|grpo weighs whole samples")]
    [InlineData("objective: vespo\nadvantage: reinforce_pp", "advantage", "vespo looks at whole samples")]
    [InlineData("objective: gmpo\nadvantage: reinforce_pp", "advantage", "gmpo looks at whole samples")]
    [InlineData("advantage: grup", "advantage", "group")]
    [InlineData("objective: grpo\ndiscount: 0.9", "discount", "reinforce_pp")]
    [InlineData("objective: grpo\nsamples: 1", "samples", "Draw at least 2")]
    [InlineData("objective: remax\nsamples: 1\ndynamic_sampling: true", "dynamic_sampling", "every problem would be replaced")]
    public void A_pair_that_does_not_belong_together_is_refused_with_the_reason(string reinforcement, string field, string says)
    {
        var error = Should.Throw<UserError>(() => TrainRecipe.Parse($"name: a\nreinforcement:\n  {reinforcement.ReplaceLineEndings("\n  ")}\n", "a.yaml"));
        error.Message.ShouldContain($"reinforcement.{field}");
        says.Split('|').ShouldContain(s => error.Message.Contains(s, StringComparison.Ordinal), error.Message);
    }

    [Theory]
    [InlineData("remax")]
    [InlineData("reinforce_pp")]
    public void One_sample_a_problem_is_enough_where_nothing_is_compared_within_it(string objective)
    {
        var folder = trained.Run(trained.Recipe($"objective: {objective}").Reinforced(r => r with { Samples = 1 }));
        SampleStore.Read(Path.Combine(folder, SampleStore.FileName)).ShouldContain(s => s.Trained && s.Advantage != 0);
        TrainedBase.Weights(folder).ShouldNotBe(File.ReadAllBytes(Path.Combine(trained.Checkpoint, "model.safetensors")));
    }
}
