using System.Text;

namespace Deliberate.Server.Tests;

/// <summary>A file that grows is read a line once, whole, in order; one that begins anew is read anew.</summary>
public sealed class LineTailTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();
    private readonly List<string> _lines = [];
    private readonly LineTail _tail;
    private int _restarts;

    public LineTailTests() => _tail = new LineTail(_path);

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_line_comes_when_it_is_whole_however_it_was_written()
    {
        var text = "eins\nzwei – ä\n\ndrei\n";
        foreach (var one in Encoding.UTF8.GetBytes(text))
        {
            using (var file = new FileStream(_path, FileMode.Append)) file.WriteByte(one);
            Read();
        }

        _lines.ShouldBe(["1:0:eins", "2:5:zwei – ä", "4:18:drei"]);
        _restarts.ShouldBe(0);
        Read().ShouldBeFalse();
    }

    [Theory]
    [InlineData("a\nb\nX\n")]
    [InlineData("a\n")]
    [InlineData("")]
    [InlineData("longer than what was there before, and other\n")]
    public void One_that_was_cut_back_is_read_anew(string then)
    {
        File.WriteAllText(_path, "a\nb\nc\n");
        Read().ShouldBeTrue();
        File.WriteAllText(_path, then);
        Read().ShouldBeTrue();
        _restarts.ShouldBe(1);
        _lines.Select(l => l.Split(':')[2]).ShouldBe(then.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void One_that_goes_and_comes_back_is_read_anew()
    {
        File.WriteAllText(_path, "a\n");
        Read();
        File.Delete(_path);
        Read().ShouldBeTrue();
        _lines.ShouldBeEmpty();
        Read().ShouldBeFalse();
        File.WriteAllText(_path, "b\n");
        Read().ShouldBeTrue();
        _lines.ShouldBe(["1:0:b"]);
    }

    [Fact]
    public void Lines_longer_than_the_buffer_come_whole()
    {
        string[] written = [new('x', 3_000_000), "short", new('y', 1_500_000)];
        File.WriteAllText(_path, string.Join('\n', written) + "\nnot yet");
        Read();
        _lines.Select(l => l.Split(':')[2]).ShouldBe(written);
    }

    [Fact]
    public void It_holds_the_file_for_nobody()
    {
        File.WriteAllText(_path, "a\n");
        Read();
        using var alone = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
    }

    private bool Read() => _tail.Read(
        (line, offset, number) => _lines.Add($"{number}:{offset}:{Encoding.UTF8.GetString(line)}"),
        () =>
        {
            _restarts++;
            _lines.Clear();
        });
}
