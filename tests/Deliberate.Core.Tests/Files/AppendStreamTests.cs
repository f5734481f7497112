namespace Deliberate.Core.Tests;

public sealed class AppendStreamTests
{
    [Fact]
    public void A_resumed_stream_equals_one_that_never_stopped()
    {
        using var folder = new TemporaryFolder();
        long offset;
        using (var stream = new AppendStream(folder["m/metrics.jsonl"]))
        {
            stream.Append("eins ä");
            stream.Append("two");
            stream.Flush();
            offset = stream.Length;
            stream.Append("lost");
        }

        using (var stream = new AppendStream(folder["m/metrics.jsonl"]))
        {
            stream.Length.ShouldBeGreaterThan(offset);
            stream.TruncateTo(offset);
            stream.Length.ShouldBe(offset);
            stream.Append("three");
            stream.Flush();
            File.ReadAllText(folder["m/metrics.jsonl"]).ShouldBe("eins ä\ntwo\nthree\n");
            stream.Length.ShouldBe(new FileInfo(folder["m/metrics.jsonl"]).Length);
        }
    }

    [Fact]
    public void Lines_longer_than_the_buffer_and_many_short_ones_arrive_in_order()
    {
        using var folder = new TemporaryFolder();
        var lines = Enumerable.Range(0, 5000).Select(i => i % 1000 == 7 ? new string('x', 100_000) : $"line {i}").ToArray();
        using (var stream = new AppendStream(folder["s"]))
        {
            foreach (var line in lines) stream.Append(line);
        }

        File.ReadAllLines(folder["s"]).ShouldBe(lines);
    }

    [Fact]
    public void A_file_that_is_not_the_one_recorded_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["s"], "abc\ndef\n");
        using var stream = new AppendStream(folder["s"]);
        Should.Throw<UserError>(() => stream.TruncateTo(100)).File.ShouldBe(folder["s"]);
        Should.Throw<UserError>(() => stream.TruncateTo(2)).Message.ShouldContain("end of a line");
        stream.TruncateTo(4);
        stream.Append("x");
        stream.Flush();
        File.ReadAllText(folder["s"]).ShouldBe("abc\nx\n");
        stream.TruncateTo(0);
        stream.Length.ShouldBe(0);
    }

    [Fact]
    public void A_newline_inside_a_line_is_a_bug_of_the_caller()
    {
        using var folder = new TemporaryFolder();
        using var stream = new AppendStream(folder["s"]);
        Should.Throw<ArgumentException>(() => stream.Append("a\nb"));
    }
}
