using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

/// <summary>Everyday statements, from the text to the verdict: those of the reference are right, those one edit away are wrong.</summary>
public sealed class StatedAnswerTests
{
    private const int Cases = 2_000;

    /// <summary>The whole measure is deterministic: the same seed makes the same statements.</summary>
    private const ulong Seed = 2412;

    [Fact]
    public void Statements_of_the_reference_are_right()
    {
        var missed = Statements(StatementForms.Right).Where(s => Verdict(s) != AnswerMatch.Equal).ToList();
        Report("right statements, missed", missed);
        missed.Count.ShouldBeLessThanOrEqualTo(Cases / 100);
    }

    [Fact]
    public void Statements_one_edit_away_or_hedged_are_wrong()
    {
        var accepted = Statements(StatementForms.Wrong).Where(s => Verdict(s) == AnswerMatch.Equal).ToList();
        Report("wrong statements, accepted", accepted);
        accepted.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("math", "The answer is 7 or 8.")]
    [InlineData("math", "The answers are 7 and 8.")]
    [InlineData("math", "Answer: 8, 7")]
    [InlineData("math", "x = 7 or x = 8 is the answer.")]
    [InlineData("math", "\\boxed{7} or \\boxed{8}")]
    [InlineData("math", "\\boxed{7 \\text{ or } 8}")]
    [InlineData("math", "**Answer:**\n- 7\n- 8")]
    [InlineData("math", "The answer is $\\{7, 8\\}$.")]
    [InlineData("math", "The answer is 7, or maybe 8.")]
    [InlineData("choice", "The answer is A and C.")]
    [InlineData("choice", "The correct options are C and A.")]
    [InlineData("choice", "(A) and (C) are correct.")]
    public void Several_values_are_right_only_where_the_reference_is_several(string grader, string text)
    {
        var answer = AnswerExtraction.Extract(text).ShouldNotBeNull();
        foreach (var several in grader == "choice" ? new[] { "A, C", "AC" } : ["7, 8", "7 \\text{ or } 8", "\\{7, 8\\}"]) AnswerGraders.Get(grader).Compare(several, answer).ShouldBe(AnswerMatch.Equal, several);
        foreach (var one in grader == "choice" ? new[] { "A", "C" } : ["7", "8"]) AnswerGraders.Get(grader).Compare(one, answer).ShouldNotBe(AnswerMatch.Equal, one);
    }

    [Fact]
    public void Every_kind_of_edit_is_among_the_wrong_ones()
    {
        var edits = Statements(StatementForms.Wrong).GroupBy(s => s.How.Contains("hedged", StringComparison.Ordinal) ? "hedge" : s.Value.Edit).ToDictionary(g => g.Key, g => g.Count());
        foreach (var edit in new[] { "digit", "sign", "reciprocal", "order", "unit", "letter", "hedge" }) edits[edit].ShouldBeGreaterThan(20, edit);
    }

    private static List<StatedAnswer> Statements(Gen<StatedAnswer> statements) => [.. statements.Sample(Cases, new Rnd(Seed), 10)];

    private static AnswerMatch Verdict(StatedAnswer stated) =>
        AnswerExtraction.Extract(stated.Text) is { } answer ? AnswerGraders.Get(stated.Value.Grader).Compare(stated.Value.Reference, answer) : AnswerMatch.Unreadable;

    private static void Report(string what, List<StatedAnswer> wrong)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {wrong.Count} of {Cases}");
        foreach (var one in wrong.Take(60)) TestContext.Current.TestOutputHelper?.WriteLine($"  {one.Value.Reference} ({one.Value.Grader}) [{one.How}]: {one.Text} -> {AnswerExtraction.Extract(one.Text) ?? "nothing"}");
    }
}
