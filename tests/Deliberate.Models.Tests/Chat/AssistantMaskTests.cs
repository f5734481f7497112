using Shouldly;

namespace Deliberate.Models.Tests;

public sealed class AssistantMaskTests
{
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
