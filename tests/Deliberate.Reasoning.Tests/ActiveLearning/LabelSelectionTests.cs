namespace Deliberate.Reasoning.Tests;

/// <summary>Which solutions are worth a label: the paper's rule, its control, and what both leave out.</summary>
public sealed class LabelSelectionTests
{
    // Ten solutions of a problem, scores 0.0 to 0.9; those of even numbers have a right answer.
    private static readonly SelectionCandidate[] Ten = [.. Enumerable.Range(0, 10).Select(i => new SelectionCandidate(0, $"s{i}", i / 10.0, i % 2 == 0))];

    [Fact]
    public void Four_in_five_are_the_most_convincing_with_a_wrong_answer_and_the_rest_the_most_convincing_of_what_is_left()
    {
        var chosen = LabelSelection.Choose(Ten, new SelectionOptions { PerProblem = 5 }, seed: 1);
        chosen.Where(c => c.IsConvincingWrong).Select(c => c.Index).ShouldBe([9, 7, 5, 3]);
        chosen.Where(c => !c.IsConvincingWrong).Select(c => c.Index).ShouldBe([8]);
        // What is left may be wrong too.
        LabelSelection.Choose(Ten, new SelectionOptions { PerProblem = 5, WrongShare = 0.2 }, seed: 1).Where(c => !c.IsConvincingWrong).Select(c => c.Index).ShouldBe([8, 7, 6, 5]);
    }

    [Fact]
    public void Where_wrong_answers_are_few_the_rest_makes_up_for_them()
    {
        SelectionCandidate[] right = [.. Ten.Select(c => c with { IsRight = c.Score > 0.05 })];
        LabelSelection.Choose(right, new SelectionOptions { PerProblem = 5 }, seed: 1).Select(c => c.Index).ShouldBe([0, 9, 8, 7, 6]);
    }

    [Fact]
    public void The_first_of_all_problems_are_convincing_wrong_ones()
    {
        SelectionCandidate[] two = [.. Ten, .. Ten.Select(c => c with { Problem = 1, Score = c.Score + 0.05 })];
        var chosen = LabelSelection.Choose(two, new SelectionOptions { PerProblem = 5, Most = 3 }, seed: 1);
        chosen.Select(c => c.Index).ShouldBe([19, 9, 17]);
        chosen.Select(c => c.Priority).ShouldBeInOrder(SortDirection.Descending);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Equal_solutions_are_labelled_once(bool isUniform)
    {
        SelectionCandidate[] repeated = [.. Ten.Concat(Ten)];
        var chosen = LabelSelection.Choose(repeated, new SelectionOptions { Rule = isUniform ? SelectionRule.Uniform : SelectionRule.Convincing, PerProblem = 20 }, seed: 1);
        chosen.Count.ShouldBe(10);
        chosen.Select(c => repeated[c.Index].Key).Distinct().Count().ShouldBe(10);
    }

    [Fact]
    public void A_uniform_choice_takes_each_as_often_whatever_its_score_and_is_the_same_again()
    {
        SelectionCandidate[] many = [.. Enumerable.Range(0, 4000).SelectMany(p => Ten.Select(c => c with { Problem = p }))];
        var options = new SelectionOptions { Rule = SelectionRule.Uniform, PerProblem = 3 };
        var chosen = LabelSelection.Choose(many, options, seed: 7);
        chosen.Count.ShouldBe(12_000);
        var counts = chosen.CountBy(c => many[c.Index].Key).Select(c => c.Value).ToArray();
        // Each key is in 1,200 of 4,000 choices; five standard deviations are 145.
        counts.ShouldAllBe(c => Math.Abs(c - 1200) < 145);
        LabelSelection.Choose(many, options, seed: 7).ShouldBe(chosen);
        LabelSelection.Choose(many, options, seed: 8).ShouldNotBe(chosen);
        // A problem's choice does not depend on the others.
        LabelSelection.Choose([.. many.Take(10)], options, seed: 7).Select(c => c.Index).Order().ShouldBe(chosen.Where(c => c.Index < 10).Select(c => c.Index).Order());
    }
}
