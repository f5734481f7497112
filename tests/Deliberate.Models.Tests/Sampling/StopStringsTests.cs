using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class StopStringsTests
{
    [Theory]
    [InlineData("one two", "one two", false, "three")]
    [InlineData("one two three four", "one two ", true, "three")]
    [InlineData("User: a\nUser: b", "User: a", true, "\nUser:", "User: b")]
    [InlineData("abcd", "ab", true, "abcd", "c")]
    [InlineData("abcd", "", true, "bcd", "abcd")]
    [InlineData("aab", "a", true, "ab")]
    [InlineData("ab", "ab", false, "abc")]
    public void The_text_ends_at_the_first_string_that_is_complete(string text, string shown, bool found, params string[] stops) =>
        Read(text, 1, stops).ShouldBe((shown, found));

    [Fact]
    public void It_does_not_depend_on_how_the_text_is_cut()
    {
        var letters = Gen.Elements('a', 'b', 'c');
        var words = letters.ListOf().Select(l => new string([.. l]));
        var generator = from text in words
                        from stops in words.Where(w => w.Length > 0).Select(w => w[..Math.Min(4, w.Length)]).ListOf()
                        from size in Gen.Choose(1, 5)
                        select (text, stops: stops.Take(3).ToArray(), size);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Arb.From(generator), c => Read(c.text, c.size, c.stops) == Read(c.text, 1, c.stops)));
    }

    [Fact]
    public void Only_what_may_become_a_string_is_held_back()
    {
        var shown = new StringBuilder();
        var stops = new StopStrings(["\n\nQ:"], text => shown.Append(text));
        foreach (var (piece, expected) in new[] { ("one", "one"), (" two\n", "one two"), ("three\n", "one two\nthree"), ("\n", "one two\nthree"), ("Q", "one two\nthree"), ("A", "one two\nthree\n\nQA") })
        {
            stops.Push(piece);
            shown.ToString().ShouldBe(expected);
        }
    }

    private static (string Shown, bool Found) Read(string text, int size, string[] stops)
    {
        var shown = new StringBuilder();
        var reader = new StopStrings(stops, t => shown.Append(t));
        foreach (var piece in text.Chunk(size)) reader.Push(new string(piece));
        reader.Finish();
        return (shown.ToString(), reader.Found);
    }
}
