using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Reasoning.Tests;

/// <summary>Aggregation of step scores and votes over answers against the golden files.</summary>
public sealed class StepScoreFixtureTests
{
    private const double Tolerance = 1e-12;

    private static readonly (string Name, StepAggregation Aggregation)[] Aggregations =
    [
        ("product", StepAggregation.Product), ("log_product", StepAggregation.LogProduct), ("min", StepAggregation.Min), ("last", StepAggregation.Last), ("mean", StepAggregation.Mean),
        ("max", StepAggregation.Max), ("sum", StepAggregation.Sum), ("geometric_mean", StepAggregation.GeometricMean), ("sum_logit", StepAggregation.SumLogit),
    ];

    [Fact]
    public void Scores_of_steps_become_those_of_solutions()
    {
        var cases = Cases("prm_aggregation.json");
        foreach (var one in cases)
        {
            var name = one.GetProperty("name").GetString();
            StepProbabilities[] steps = [.. one.GetProperty("inputs").GetProperty("step_probabilities").EnumerateArray().Select(p => new StepProbabilities(p[0].GetDouble(), p[1].GetDouble(), p[2].GetDouble()))];
            foreach (var (mode, neutral) in new[] { ("neutral_positive", NeutralSteps.Positive), ("neutral_negative", NeutralSteps.Negative) })
            {
                double[] scores = [.. steps.Select(s => s.Score(neutral))];
                if (!one.GetProperty("expected").TryGetProperty(mode, out var expected))
                {
                    foreach (var (_, aggregation) in Aggregations) Should.Throw<ArgumentException>(() => aggregation.Of(scores));
                    continue;
                }

                foreach (var (key, aggregation) in Aggregations) Close(aggregation.Of(scores), expected.GetProperty(key), $"{name}, {mode}, {key}");
                steps.Count(s => s.IsNegative).ShouldBe(expected.GetProperty("negative_steps").GetInt32(), name);
                StepProbabilities.FirstError(steps).ShouldBe(expected.GetProperty("first_error") is { ValueKind: JsonValueKind.Number } first ? first.GetInt32() : -1, name);
            }
        }

        Console.WriteLine($"rewards/prm_aggregation.json: {cases.Length} cases");
    }

    [Fact]
    public void Logarithms_and_log_odds_weigh_as_the_probabilities_that_they_are()
    {
        StepAggregation.LogProduct.Weight(StepAggregation.LogProduct.Of([0.5, 0.5])).ShouldBe(0.25, Tolerance);
        StepAggregation.SumLogit.Weight(StepAggregation.SumLogit.Of([0.75])).ShouldBe(0.75, Tolerance);
        StepAggregation.LogProduct.Weight(double.NegativeInfinity).ShouldBe(0);
        StepAggregation.SumLogit.Weight(double.NaN).ShouldBe(0);
        StepAggregation.Product.Weight(0.3).ShouldBe(0.3);
    }

    [Fact]
    public void Votes_are_counted_as_defined()
    {
        var cases = Cases("voting.json");
        foreach (var one in cases)
        {
            var (name, inputs, expected) = (one.GetProperty("name").GetString(), one.GetProperty("inputs"), one.GetProperty("expected"));
            var vote = new AnswerVote();
            foreach (var (answer, weight) in inputs.GetProperty("answers").EnumerateArray().Zip(inputs.GetProperty("weights").EnumerateArray())) vote.Add(answer.GetString(), weight.GetDouble());
            foreach (var rule in Enum.GetValues<VoteRule>()) vote.Winner(rule).ShouldBe(expected.GetProperty("winner").GetProperty(rule.ToString().ToLowerInvariant()).GetString(), $"{name}, {rule}");
            vote.BestSingle.ShouldBe(expected.GetProperty("best_single").GetString(), name);
            foreach (var (key, values) in new[] { ("totals", vote.Totals), ("max_per_answer", vote.Most) })
            {
                values.Count.ShouldBe(expected.GetProperty(key).EnumerateObject().Count(), name);
                foreach (var (answer, value) in values) Close(value, expected.GetProperty(key).GetProperty(answer), $"{name}, {key}");
            }
        }

        Console.WriteLine($"rewards/voting.json: {cases.Length} cases");
    }

    private static void Close(double actual, JsonElement expected, string what)
    {
        if (expected.ValueKind == JsonValueKind.Null) double.IsNaN(actual).ShouldBeTrue(what);
        else if (expected.ValueKind == JsonValueKind.String) actual.ShouldBe(expected.GetString() == "-Infinity" ? double.NegativeInfinity : double.PositiveInfinity, what);
        else actual.ShouldBe(expected.GetDouble(), Tolerance * Math.Max(1, Math.Abs(expected.GetDouble())), what);
    }

    private static JsonElement[] Cases(string file) => [.. SharedFolder.Json("fixtures", "rewards", file).GetProperty("cases").EnumerateArray()];
}
