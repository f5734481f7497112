using Deliberate.Models;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class ThinkingSplitterTests
{
    [Theory]
    [InlineData("", "Hello", "", "Hello")]
    [InlineData("", " Hello \n", "", " Hello \n")]
    [InlineData("", "<think>\nOne.\nTwo.\n</think>\n\nHello\n", "One.\nTwo.", "Hello\n")]
    [InlineData("", "\n<thinking>a</thinking>b", "a", "b")]
    [InlineData("", "[THINK]a[/THINK]b", "a", "b")]
    [InlineData("", "<think></think>b", "", "b")]
    [InlineData("", "<think>a", "a", "")]
    [InlineData("", "<think>a</thi", "a</thi", "")]
    [InlineData("", "<think>a</think>", "a", "")]
    [InlineData("", "<think>a<b></think>c</think>d", "a<b>", "c</think>d")]
    [InlineData("", "<thin air", "", "<thin air")]
    [InlineData("", "<thi", "", "<thi")]
    [InlineData("", "The tag <think> opens a thought.</think>", "", "The tag <think> opens a thought.</think>")]
    [InlineData("<|im_start|>assistant\n<think>\n", "a\n</think>\n\nb", "a", "b")]
    [InlineData("<|im_start|>assistant\n<think>\n", "<think>\na\n</think>\n\nb", "a", "b")]
    [InlineData("<|im_start|>assistant\n<think>\n", "\n<thi", "<thi", "")]
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n", "b", "", "b")]
    [InlineData("<|im_start|>user\n<think>\n<|im_end|>", "b", "", "b")]
    public void Thought_and_answer_are_apart_however_the_text_comes(string prompt, string text, string thinking, string answer)
    {
        Split(prompt, [text]).ShouldBe((thinking, answer));
        Split(prompt, text.Select(c => c.ToString())).ShouldBe((thinking, answer));
    }

    [Fact]
    public void Where_it_is_cut_does_not_matter()
    {
        var parts = Gen.Elements("<think>", "</think>", "<think", "</", ">", " ", "\n", "a", "<thinking>", "[THINK]", "[/THINK]", "é");
        var texts = from text in parts.ListOf() from cuts in Gen.Choose(0, 20).ListOf() select (Text: string.Concat(text), Cuts: cuts);
        Prop.ForAll(texts.ToArbitrary(), pair =>
        {
            var at = pair.Cuts.Where(c => c < pair.Text.Length).Append(0).Append(pair.Text.Length).Distinct().Order().ToArray();
            Split("", at.Zip(at.Skip(1), (begin, end) => pair.Text[begin..end])).ShouldBe(Split("", [pair.Text]));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Text_is_shown_as_soon_as_it_is_known()
    {
        var shown = new List<AnswerPiece>();
        var splitter = new ThinkingSplitter("", shown.Add);
        splitter.Push("<think>one <");
        shown.ShouldBe([new("one", true)]);
        splitter.Push("two");
        shown[1..].ShouldBe([new(" <two", true)]);
        splitter.Push("</think> three");
        shown[2..].ShouldBe([new("three", false)]);
        splitter.Push(" <");
        shown[3..].ShouldBe([new(" <", false)]);
    }

    private static (string Thinking, string Answer) Split(string prompt, IEnumerable<string> parts)
    {
        string thinking = "", answer = "";
        var splitter = new ThinkingSplitter(prompt, piece =>
        {
            if (piece.IsThinking) thinking += piece.Text;
            else answer += piece.Text;
        });
        foreach (var part in parts) splitter.Push(part);
        splitter.Finish();
        return (thinking, answer);
    }
}
