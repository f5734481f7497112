using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class ThinkingSplitTests
{
    [Theory]
    [InlineData("", "4", null, "4", "4")]
    [InlineData("", "<think>a</think> 4 ", "a", "4 ", "4 ")]
    [InlineData("", "<think></think>4", "", "4", "4")]
    [InlineData("", "<think>a", "a", "", null)]
    [InlineData("", "<think>a</think>", "a", "", "")]
    [InlineData("<think>\n", "a\n</think>\n\n4", "a", "4", "4")]
    [InlineData("<think>\n", "a, or b", "a, or b", "", null)]
    [InlineData("<think>\n", "", "", "", null)]
    [InlineData("<think>\n", "<think>\na</think>4", "a", "4", "4")]
    [InlineData("<think>\n\n</think>\n\n", "4", null, "4", "4")]
    [InlineData("[THINK]", "a</think>b[/THINK]4", "a</think>b", "4", "4")]
    [InlineData("", "<|begin_of_thought|>a<|end_of_thought|>4", "a", "4", "4")]
    // Nothing that was only thought may be graded, wherever it stands.
    [InlineData("", "<think>a</think>b<think>c</think>d", "a", "b<think>c</think>d", "d")]
    [InlineData("", "<think>a</think>b<think>c", "a", "b<think>c", null)]
    [InlineData("", "Well. <think>a</think>4", null, "Well. <think>a</think>4", "4")]
    [InlineData("", "It is 4. [THINK]or 5", null, "It is 4. [THINK]or 5", null)]
    public void Thought_text_and_what_may_be_graded_are_apart(string prompt, string completion, string? thinking, string text, string? answer) =>
        ThinkingSplit.Of(completion, prompt).ShouldBe(new ThinkingSplit(thinking, text, answer));

    [Theory]
    [InlineData("a</think>4", "a", "4")]
    [InlineData("a\n[/THINK]\n4", "a", "4")]
    [InlineData("a</think>b<think>c</think>4", "a", "4")]
    public void A_closing_tag_alone_shows_that_there_was_a_thought(string completion, string thinking, string answer)
    {
        var split = ThinkingSplit.Of(completion);
        (split.Thinking, split.Answer, split.LacksOpening).ShouldBe((thinking, answer, true));
    }

    [Fact]
    public void Every_maker_s_tags_are_known_in_the_prompt_and_in_the_text()
    {
        foreach (var (open, close) in ThinkingTags.All)
        {
            foreach (var (prompt, text) in new[] { ("", $"{open}a{close}4"), ($"user: 2+2?\nassistant: {open}\n", $"a{close}4"), ("", $"a{close}4") })
            {
                var split = ThinkingSplit.Of(text, prompt);
                (split.Thinking, split.Answer).ShouldBe(("a", "4"), prompt + text);
            }

            ThinkingSplit.Of("a, or 4", open).IsUnfinished.ShouldBeTrue();
            ThinkingSplit.Of($"{open}a, or 4").IsUnfinished.ShouldBeTrue();
        }
    }

    [Fact]
    public void A_text_to_learn_from_is_parted_at_the_same_places_and_written_back_behind_any_prompt()
    {
        var parts = Gen.Elements("<think>", "</think>", "<thi", " ", "\n", "a", "4.", "[THINK]", "[/THINK]", "é");
        var cases = from text in parts.ListOf() from prompt in Gen.Elements("", "A:", "<think>", "<think>\n", "[THINK]", "</think>") select (Text: string.Concat(text), Prompt: prompt);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var (split, written) = (ThinkingSplit.Of(one.Text), WrittenThought.Read(one.Text));
            if (split is { Thinking: not null, Text: "", IsUnfinished: true }) return;
            (written.Thought?.Trim(), written.Answer.Trim()).ShouldBe((split.Thinking?.Trim(), split.Text.Trim()));
            // Behind a prompt that opened the thought there is one, if only an empty one.
            var read = ThinkingSplit.Of(written.Behind(one.Prompt), one.Prompt);
            if (ThinkingTags.OpenedBy(one.Prompt) is { } opened && (written.Thought?.Contains(opened.Close, StringComparison.Ordinal) == true || written.Thought?.TrimStart().StartsWith(opened.Open, StringComparison.Ordinal) == true)) return;
            (read.Thinking?.Trim() ?? "", read.Text.Trim()).ShouldBe((split.Thinking?.Trim() ?? "", split.Text.Trim()));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Chat_shows_the_same_thought_and_text_while_they_are_written()
    {
        var parts = Gen.Elements("<think>", "</think>", "<think", "</", ">", " ", "\n", "a", "<thinking>", "[THINK]", "[/THINK]", "é");
        var cases = from text in parts.ListOf() from prompt in Gen.Elements("", "<think>\n", "[THINK]", "</think>") select (Text: string.Concat(text), Prompt: prompt);
        Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var split = ThinkingSplit.Of(one.Text, one.Prompt);
            if (split.Answer is { } answer) split.Text.ShouldEndWith(answer);
            if (split.LacksOpening) return;
            string thinking = "", said = "";
            var splitter = new ThinkingSplitter(one.Prompt, piece =>
            {
                if (piece.IsThinking) thinking += piece.Text;
                else said += piece.Text;
            });
            foreach (var c in one.Text) splitter.Push(c.ToString());
            splitter.Finish();
            (split.Thinking ?? "", split.Text).ShouldBe((thinking, said));
        }).QuickCheckThrowOnFailure();
    }
}
