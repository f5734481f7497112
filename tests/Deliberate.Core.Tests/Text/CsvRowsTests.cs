using System.Text;

namespace Deliberate.Core.Tests;

public sealed class CsvRowsTests
{
    [Fact]
    public void Quotes_separators_and_line_breaks_are_read_and_rows_know_their_line()
    {
        var rows = Parse("\uFEFFid,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n2,plain \"x\"\n3,\"\"");
        rows.Select(r => r["text"]).ShouldBe(["a, \"b\"\nc", "plain \"x\"", ""]);
        rows.Select(r => r.Line).ShouldBe([2, 5, 6]);
        rows[0].Find("none").ShouldBeNull();
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a,b\n1,2,3\n", "file.csv:2: The row has 3 fields")]
    [InlineData("a,b\n1,\"2\n", "file.csv:2: A quoted field is not closed")]
    [InlineData("a,a\n1,2\n", "same name")]
    public void What_is_wrong_is_said_with_its_line(string text, string message) => Should.Throw<UserError>(() => Parse(text)).Message.ShouldContain(message);

    [Fact]
    public void A_column_that_is_not_there_is_named_with_the_nearest() =>
        Should.Throw<UserError>(() => Parse("prompt,label\nx,y\n")[0]["promt"]).Message.ShouldContain("Did you mean \"prompt\"?");

    private static IReadOnlyList<CsvRow> Parse(string text) => CsvRows.Parse(Encoding.UTF8.GetBytes(text), "file.csv");
}
