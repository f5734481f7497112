using System.Text;

namespace Deliberate.Core.Tests;

public sealed class Utf8TextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("\uFEFF")]
    [InlineData("\u00EF")]
    public void One_byte_order_mark_is_taken_off_and_nothing_else(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var path = Path.Combine(_folder.Path, "text");
        foreach (var marked in new byte[][] { [0xEF, 0xBB, 0xBF, .. bytes], text.StartsWith('\uFEFF') ? [.. bytes, .. bytes] : bytes })
        {
            File.WriteAllBytes(path, marked);
            Utf8Text.Read(path).ToArray().ShouldBe(bytes);
        }

        Utf8Text.Unmarked(new byte[] { 0xEF, 0xBB }, null).Length.ShouldBe(2);
    }

    [Fact]
    public void UTF16_is_refused_by_name()
    {
        foreach (var encoding in new Encoding[] { new UnicodeEncoding(), new UnicodeEncoding(bigEndian: true, byteOrderMark: true), new UTF32Encoding() })
        {
            var error = Should.Throw<UserError>(() => Utf8Text.Unmarked((byte[])[.. encoding.GetPreamble(), .. encoding.GetBytes("{}")], "some.json"));
            (error.File, error.Problem.Contains("UTF-16", StringComparison.Ordinal)).ShouldBe(("some.json", true));
        }
    }

    [Fact]
    public void What_is_not_UTF8_is_refused()
    {
        Utf8Text.Decode("\uFEFFä"u8.ToArray(), "a").ShouldBe("ä");
        Should.Throw<UserError>(() => Utf8Text.Decode(new byte[] { (byte)'a', 0xE4 }, "some.txt")).File.ShouldBe("some.txt");
    }
}
