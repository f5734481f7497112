using Deliberate.Jinja;
using Deliberate.Testing;
using Shouldly;

namespace Deliberate.Models.Tests;

public sealed class AssistantMaskTests
{
    /// <summary>transformers 5.23.0 (fixtures/chat/cases.json): conversations through templates with generation blocks.</summary>
    [Fact]
    public void Assistant_tokens_are_those_of_transformers()
    {
        using var model = PretrainedModel.Open(FixtureModels.Folder("llama"));
        var cases = SharedFolder.Json("fixtures", "chat", "cases.json");
        var (ran, marked) = (0, 0);
        foreach (var chat in cases.GetProperty("chats").EnumerateArray().Where(c => c.TryGetProperty("token_ids", out _)))
        {
            ran++;
            var template = ChatTemplate.Parse(cases.GetProperty("templates").GetProperty(chat.GetProperty("template").GetString()!).GetString()!, "template");
            var rendered = template.Render(new ChatTemplateInput
            {
                Messages = cases.GetProperty("conversations").GetProperty(chat.GetProperty("conversation").GetString()!).GetProperty("messages"),
                Variables = chat.GetProperty("options").EnumerateObject().ToDictionary(p => p.Name, p => p.Value),
            });
            var (ids, offsets) = model.Text.Tokenizer.EncodeWithOffsets(rendered.Text);
            ids.ShouldBe(chat.GetProperty("token_ids").EnumerateArray().Select(e => e.GetInt32()));
            model.Text.Encode(rendered).ShouldBe(ids);
            var mask = AssistantMask.From(rendered.AssistantSpans, offsets);
            mask.ShouldBe(chat.GetProperty("assistant_tokens_mask").EnumerateArray().Select(e => e.GetByte()));
            marked += mask.Count(m => m == 1);
        }

        ran.ShouldBeGreaterThan(0);
        marked.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Marks_from_the_token_of_the_first_character_to_that_of_the_last()
    {
        (int, int)[] offsets = [(0, 3), (3, 5), (5, 9), (9, 10)];
        AssistantMask.From([(4, 6)], offsets).ShouldBe(new byte[] { 0, 1, 1, 0 });
    }

    [Fact]
    public void Marks_every_token_of_a_character_that_several_share()
    {
        (int, int)[] offsets = [(0, 1), (1, 2), (1, 2), (2, 3)];
        AssistantMask.From([(1, 3)], offsets).ShouldBe(new byte[] { 0, 1, 1, 1 });
    }

    [Fact]
    public void Marks_nothing_for_an_empty_span_or_one_past_the_end()
    {
        (int, int)[] offsets = [(0, 2), (2, 4)];
        AssistantMask.From([(1, 1), (7, 9)], offsets).ShouldBe(new byte[] { 0, 0 });
    }

    [Fact]
    public void Marks_to_the_end_where_the_tokens_were_cut_short()
    {
        (int, int)[] offsets = [(0, 2), (2, 4)];
        AssistantMask.From([(2, 9)], offsets).ShouldBe(new byte[] { 0, 1 });
    }
}
