namespace Deliberate.Core.Tests;

public sealed class MarkedBlockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_what_is_between_the_marks_is_replaced_and_a_second_time_changes_nothing()
    {
        var path = _folder["page.md"];
        File.WriteAllText(path, "# Title\n<!-- a: begin -->\nold\n<!-- a: end -->\nafter\n<!-- b: begin -->\nother\n<!-- b: end -->\n");
        MarkedBlock.Replace(path, "a", "new\nlines\n\n");
        var text = File.ReadAllText(path);
        text.ShouldBe("# Title\n<!-- a: begin -->\nnew\nlines\n<!-- a: end -->\nafter\n<!-- b: begin -->\nother\n<!-- b: end -->\n");
        MarkedBlock.Content(path, "a").ShouldBe("new\nlines");
        MarkedBlock.Content(path, "b").ShouldBe("other");
        MarkedBlock.Replace(path, "a", "new\nlines");
        File.ReadAllText(path).ShouldBe(text);
    }

    [Theory]
    [InlineData("no marks", "is missing")]
    [InlineData("<!-- a: begin -->", "<!-- a: end --> is missing")]
    [InlineData("<!-- a: end -->\n<!-- a: begin -->", "comes before")]
    [InlineData("<!-- a: begin -->\n<!-- a: begin -->\n<!-- a: end -->", "twice")]
    public void A_page_without_both_marks_is_refused_and_left_as_it_was(string text, string says)
    {
        var path = _folder["page.md"];
        File.WriteAllText(path, text);
        foreach (var act in new Action[] { () => MarkedBlock.Check(path, "a"), () => MarkedBlock.Replace(path, "a", "x") })
        {
            var error = Should.Throw<UserError>(act);
            error.Message.ShouldContain("page.md");
            error.Message.ShouldContain(says);
        }

        File.ReadAllText(path).ShouldBe(text);
        Should.Throw<UserError>(() => MarkedBlock.Check(_folder["none.md"], "a")).Message.ShouldContain("no such file");
    }
}
