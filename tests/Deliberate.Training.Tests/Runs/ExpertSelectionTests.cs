using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Training.Tests;

/// <summary>Which samples of a problem are imitated, under each of the recipe's options; and in which batches.</summary>
public sealed class ExpertSelectionTests
{
    // Right in all but the first; the third twice; the fifth with a wrong step, the last cut off.
    private static readonly (double Correct, bool Steps, int[] Tokens, FinishReason Reason)[] Samples =
    [
        (0, false, [1, 2, 3], FinishReason.Stop),
        (1, true, [1, 2, 3, 4, 5], FinishReason.Stop),
        (1, true, [7, 8, 9], FinishReason.Stop),
        (1, true, [7, 8, 9], FinishReason.Stop),
        (1, false, [5, 6], FinishReason.Stop),
        (1, true, [4], FinishReason.Length),
    ];

    public static TheoryData<int?, string, bool, bool, int[], int> Cases => new()
    {
        { null, nameof(KeepOrder.Best), false, false, [1, 2, 3, 4], 0 },
        { null, nameof(KeepOrder.Best), true, false, [1, 2, 4], 1 },
        { null, nameof(KeepOrder.Best), false, true, [1, 2, 3], 0 },
        { 1, nameof(KeepOrder.Best), true, false, [2], 1 },
        { 1, nameof(KeepOrder.Shortest), true, false, [4], 1 },
        { 1, nameof(KeepOrder.Drawn), true, false, [1], 1 },
        { 2, nameof(KeepOrder.Best), true, false, [1, 2], 1 },
        { 2, nameof(KeepOrder.Shortest), false, false, [2, 4], 0 },
        { 3, nameof(KeepOrder.Drawn), false, false, [1, 2, 3], 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keeps_what_the_recipe_says(int? most, string order, bool deduplicate, bool everyStep, int[] expected, int duplicates)
    {
        var problem = new Problem("arithmetic", 3, Split.Train, 0, "", "", "", "");
        var group = Scored.Group(problem, 0, Samples.Select(s => ((s.Correct > 0 ? Verdict.Pass() : Verdict.Fail("wrong")) with { AllStepsRight = s.Steps }, (Rollout?)new Rollout(s.Tokens, [], [], s.Reason))));
        var left = ExpertSelection.Choose(group, new ExpertIterationRecipe { Samples = 6, MostPerProblem = most, Order = Enum.Parse<KeepOrder>(order), Deduplicate = deduplicate, EveryStepRight = everyStep });
        Enumerable.Range(0, Samples.Length).Where(g => group.Kept[g]).ShouldBe(expected);
        left.ShouldBe(duplicates);
    }

    [Fact]
    public void Every_epoch_has_every_example_once_in_another_order()
    {
        var examples = Enumerable.Range(1, 37).Select(i => new SupervisedExample([.. Enumerable.Repeat(i, (i % 7) + 2)], 1)).ToList();
        var recipe = new ExpertIterationRecipe { Epochs = 3, BatchTokens = 20 };
        var round = new ExpertRound(examples, recipe, seed: 5, round: 1);
        var drawn = round.Batches.SelectMany(b => b).Select(e => e.Tokens[0]).ToArray();
        for (var epoch = 0; epoch < 3; epoch++) drawn[(37 * epoch)..(37 * (epoch + 1))].Order().ShouldBe(Enumerable.Range(1, 37));
        drawn[..37].ShouldNotBe(drawn[37..74]);
        // Batches end with the example that fills them, and with the epoch.
        round.Batches.ShouldAllBe(b => b.Take(b.Length - 1).Sum(e => e.Tokens.Length) < 20);
        round.Batches.Count(b => b.Sum(e => e.Tokens.Length) < 20).ShouldBeLessThanOrEqualTo(3);
        new ExpertRound(examples, recipe, seed: 5, round: 1).Batches.SelectMany(b => b).Select(e => e.Tokens[0]).ShouldBe(drawn);
        new ExpertRound(examples, recipe, seed: 5, round: 2).Batches.SelectMany(b => b).Select(e => e.Tokens[0]).ShouldNotBe(drawn);
        new ExpertRound([], recipe, seed: 5, round: 1).Batches.ShouldBeEmpty();
    }
}
