namespace Deliberate.Core.Tests;

public sealed class ExtensibleListTests
{
    private readonly ExtensibleList<string> _list = new("thing", name => name, ["ours"]);

    [Fact]
    public void What_is_added_comes_last_and_can_be_taken_back_but_ours_cannot()
    {
        var before = _list.Items;
        _list.Add("theirs-2_b");
        _list.Items.ShouldBe(["ours", "theirs-2_b"]);
        before.ShouldBe(["ours"]);
        _list.Remove("ours").ShouldBeFalse();
        _list.Remove("nobody").ShouldBeFalse();
        _list.Remove("theirs-2_b").ShouldBeTrue();
        _list.Items.ShouldBe(["ours"]);
    }

    [Theory]
    [InlineData("ours", "already")]
    [InlineData("Upper", "no name")]
    [InlineData("", "no name")]
    [InlineData("2nd", "no name")]
    [InlineData("two words", "no name")]
    public void Names_are_unique_and_plain(string name, string said)
    {
        Should.Throw<ArgumentException>(() => _list.Add(name)).Message.ShouldContain(said);
        _list.Items.ShouldBe(["ours"]);
    }

    [Fact]
    public void Nothing_is_lost_when_many_add_at_once()
    {
        Parallel.For(0, 64, i => _list.Add($"a{i}"));
        _list.Items.Count.ShouldBe(65);
    }
}
