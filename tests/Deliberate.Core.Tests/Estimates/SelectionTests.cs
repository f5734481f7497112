namespace Deliberate.Core.Tests;

/// <summary>What is expected of choosing among n of a pool, where the golden files say nothing.</summary>
public sealed class SelectionTests
{
    [Fact]
    public void A_weighted_vote_with_equal_weights_is_a_majority()
    {
        int[] answers = [0, 1, 0, 2, -1, 0, 1, 3];
        string?[] texts = [.. answers.Select(a => a < 0 ? null : a.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        for (var n = 1; n <= answers.Length; n++)
            WeightedVoteAtN.Expected(answers, [.. answers.Select(_ => 0.7)], n, default).ShouldBe(MajorityAtK.Expected(texts, "0", n, default), 1e-12);
    }

    [Fact]
    public void Where_one_weight_outweighs_the_rest_a_vote_is_the_best_of_n()
    {
        int[] answers = [1, 0, 2, 0, 3, 0];
        double[] scores = [0.1, 0.9, 0.95, 0.2, 0.7, 0.3];
        for (var n = 1; n <= answers.Length; n++)
            WeightedVoteAtN.Expected(answers, [.. scores.Select(s => Math.Pow(10, 40 * s))], n, default).ShouldBe(BestOfN.Of(scores, [.. answers.Select(a => a == 0)], n), 1e-12);
    }

    [Fact]
    public void Many_subsets_are_drawn_and_come_near_the_exact_number()
    {
        int[] answers = [.. Enumerable.Range(0, 40).Select(i => i % 5 == 0 ? 1 : i % 3 == 0 ? 2 : 0)];
        WeightedVoteAtN.IsExact(40, 20).ShouldBeFalse();
        string?[] texts = [.. answers.Select(a => a.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        var exact = MajorityAtK.Expected(texts, "0", 20, default);
        WeightedVoteAtN.Expected(answers, [.. answers.Select(_ => 1.0)], 20, new RandomStream(3, StreamStage.Test)).ShouldBe(exact, 0.03);
    }

    /// <summary>A pool as large as the paper's: numbers of subsets that no double holds.</summary>
    [Fact]
    public void A_majority_of_a_large_pool_is_counted_too()
    {
        string?[] answers = [.. Enumerable.Range(0, 1860).Select(i => i % 10 < 4 ? "right" : i % 10 < 7 ? "wrong" : i % 10 < 9 ? $"other {i % 7}" : null)];
        var few = MajorityAtK.Expected(answers, "right", 10, default);
        var many = MajorityAtK.Expected(answers, "right", 200, default);
        few.ShouldBe(MajorityAtK.Sampled(answers, "right", 10, new RandomStream(1, StreamStage.Test)), 0.03);
        many.ShouldBe(MajorityAtK.Sampled(answers, "right", 200, new RandomStream(2, StreamStage.Test)), 0.03);
        MajorityAtK.Expected(answers, "right", 1860, default).ShouldBe(1);
        many.ShouldBeGreaterThan(few);
    }

    [Fact]
    public void Pass_hat_k_over_items_is_their_mean()
    {
        var right = ItemValues.Of([(0, 1.0), (0, 1.0), (0, 0.0), (1, 1.0), (1, 1.0), (1, 1.0)], s => s.Item1, s => s.Item2);
        PassAtK.AllOver(right, 2).Value.ShouldBe(((1 / 3.0) + 1) / 2, 1e-12);
    }

    [Fact]
    public void More_than_the_pool_cannot_be_drawn()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => BestOfN.Of([1, 2], [true, false], 3));
        Should.Throw<ArgumentOutOfRangeException>(() => BestOfN.Of([1, double.NaN], [true, false], 1));
        Should.Throw<ArgumentOutOfRangeException>(() => WeightedVoteAtN.Expected([0, 1], [1, 1], 3, default));
    }
}
