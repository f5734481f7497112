using Deliberate.Evaluation;
using Deliberate.Reasoning;

namespace Deliberate.Safety.Tests;

/// <summary>A larger and a smaller model at equal tokens and at equal compute, on samples whose table is worked out by hand.</summary>
public sealed class FamilyTableTests
{
    [Fact]
    public void What_does_not_end_within_the_tokens_is_not_right_and_votes_make_up_for_size()
    {
        // The larger: right in 40 tokens for each of four items. The smaller: three samples of each, two right in 10 tokens, one wrong.
        SampleResult[] larger = [.. Enumerable.Range(0, 4).Select(i => Sample(i, 0, true, 40, "7"))];
        SampleResult[] smaller = [.. Enumerable.Range(0, 4).SelectMany(i => new[] { Sample(i, 0, true, 10, "7"), Sample(i, 1, false, 10, $"{i}"), Sample(i, 2, true, 10, "7") })];
        FamilyTable.Samples(900, 300).ShouldBe(3);
        var rows = FamilyTable.Of(larger, smaller, 3, [10, 20, 40]);
        rows.Select(r => r.Tokens).ShouldBe([10, 20, 40]);
        rows[0].Larger.Value.ShouldBe(0);
        rows[0].Smaller.Value.ShouldBe(2 / 3.0, 1e-12);
        rows[0].Difference!.Value.ShouldBe(2 / 3.0, 1e-12);
        rows[2].Larger.Value.ShouldBe(1);
        rows[2].Difference!.Value.ShouldBe(-1 / 3.0, 1e-12);
        rows[2].Voted!.Value.ShouldBe(1, 1e-12);
        FamilyTable.Of(larger, [.. smaller.Where(s => s.Epoch < 2)], 3, [40])[0].Voted.ShouldBeNull();
    }

    [Fact]
    public void Budgets_are_where_a_quarter_half_and_all_of_the_larger_ones_answers_end()
    {
        FamilyTable.Budgets([.. new[] { 40, 8, 16, 4, 12 }.Select((tokens, i) => Sample(i, 0, true, tokens, "7"))]).ShouldBe([8, 12, 40]);
        FamilyTable.Budgets([Sample(0, 0, true, 40, "7"), Sample(1, 0, true, 40, "7")]).ShouldBe([40]);
        FamilyTable.Budgets([]).ShouldBeEmpty();
    }

    private static SampleResult Sample(int item, int epoch, bool isRight, int tokens, string answer) =>
        new() { Item = $"t@1/{item}", Epoch = epoch, Cluster = $"{item}", Outcome = isRight ? SampleOutcome.Pass : SampleOutcome.Fail, Answer = answer, CompletionTokens = tokens };
}
