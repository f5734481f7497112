using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Reasoning.Tests;

public sealed class ChainOfThoughtTests
{
    [Fact]
    public void Reads_back_what_it_formats()
    {
        var parsed = ChainOfThought.Parse(ChainOfThought.Format(["7*2-5", "14-5", "9"], "9"));
        parsed.Steps.ShouldBe(["7*2-5", "14-5", "9"]);
        parsed.Answer.ShouldBe("9");
        parsed.Reason.ShouldBeNull();
    }

    [Theory]
    [InlineData("9", false, "9", null)]
    [InlineData(" 9\n", false, "9", null)]
    [InlineData("<think></think>9", false, "9", null)]
    [InlineData("9", true, null, "truncated")]
    [InlineData(null, false, null, "empty completion")]
    [InlineData(" \n", false, null, "empty completion")]
    [InlineData("<think>1+1", false, null, "no closing tag")]
    [InlineData("<think>1+1", true, null, "truncated")]
    [InlineData("<think>2</think>1", true, null, "truncated")]
    [InlineData("<think>2</think> ", false, null, "empty answer")]
    [InlineData("2</think>2", false, null, "no opening tag")]
    [InlineData("<think>1<think>2</think>2", false, null, "second opening tag")]
    [InlineData("<think>2</think>2</think>", false, null, "tag in the answer")]
    [InlineData("<think>2</think>\uFFFD", false, null, "answer is not valid text")]
    [InlineData("\uD800", false, null, "answer is not valid text")]
    public void Says_why_there_is_no_answer(string? completion, bool truncated, string? answer, string? reason)
    {
        var parsed = ChainOfThought.Parse(completion, truncated);
        parsed.Answer.ShouldBe(answer);
        parsed.Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData("<think>\n", "1+1\n2\n</think>\n\n2", false, 2, "2", null)]
    [InlineData("<think>\n", "<think>\n1+1\n2\n</think>\n\n2", false, 2, "2", null)]
    [InlineData("[THINK]", "1+1[/THINK]2", false, 1, "2", null)]
    [InlineData("", "<|begin_of_thought|>1+1<|end_of_thought|>2", false, 1, "2", null)]
    [InlineData("<think>\n", "2", false, 1, null, "no closing tag")]
    [InlineData("<think>\n", "1+1\n2", true, 2, null, "truncated")]
    public void What_the_prompt_ended_with_decides_where_the_thought_begins(string prompt, string completion, bool truncated, int steps, string? answer, string? reason)
    {
        var parsed = ChainOfThought.Parse(completion, truncated, "2: 1+1=\n" + prompt);
        (parsed.Steps.Count, parsed.Answer, parsed.Reason).ShouldBe((steps, answer, reason));
        parsed.IsUnfinished.ShouldBe(answer is null);
    }

    [Fact]
    public void An_endless_answer_is_none() => ChainOfThought.Parse(new string('1', 100_000)).Reason.ShouldBe("answer too long");

    [Fact]
    public void Any_text_has_either_an_answer_or_a_reason() =>
        Check.QuickThrowOnFailure(Prop.ForAll(TextFuzz.Completions(FamilyRegistry.All[0]).ToArbitrary(), text =>
        {
            var parsed = ChainOfThought.Parse(text);
            return (parsed.Answer is null) != (parsed.Reason is null);
        }));
}
