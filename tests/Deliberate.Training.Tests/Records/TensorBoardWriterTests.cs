namespace Deliberate.Training.Tests;

public sealed class TensorBoardWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The check value of CRC-32C (RFC 3720, appendix B.4, and the usual "123456789").</summary>
    [Fact]
    public void The_checksum_is_the_published_one()
    {
        Crc32C.Of("123456789"u8).ShouldBe(0xE3069283);
        Crc32C.Of(new byte[32]).ShouldBe(0x8A9136AAu);
    }

    [Fact]
    public void Frames_and_messages_are_what_TensorBoard_reads()
    {
        var path = _folder.File(TensorBoardWriter.FileName);
        using (var writer = new TensorBoardWriter(path, new Clock()))
        {
            writer.Append(300, [new("train/loss", 0.5), new("größe", double.NaN)]);
            writer.Append(301, []);
        }

        var events = EventFile.Events(path);
        events.Count.ShouldBe(3);
        events[0].Double(1).ShouldBe(Clock.Seconds);
        events[0].Text(3).ShouldBe("brain.Event:2");
        events[1].Bytes(2).ShouldBe([0xAC, 0x02], "300 as a varint");
        EventFile.Scalars(path).ShouldBe([(300, "train/loss", 0.5f), (300, "größe", float.NaN)]);
    }

    [Fact]
    public void The_same_clock_gives_the_same_bytes_also_after_a_resume()
    {
        string alone = _folder.File("a"), resumed = _folder.File("b");
        using (var writer = new TensorBoardWriter(alone, new Clock()))
            for (var step = 0; step < 4; step++) writer.Append(step, [new("x", step)]);
        long offset;
        using (var writer = new TensorBoardWriter(resumed, new Clock()))
        {
            for (var step = 0; step < 2; step++) writer.Append(step, [new("x", step)]);
            offset = writer.Length;
            writer.Append(2, [new("lost", 1)]);
        }

        using (var writer = new TensorBoardWriter(resumed, new Clock()))
        {
            writer.TruncateTo(offset);
            for (var step = 2; step < 4; step++) writer.Append(step, [new("x", step)]);
        }

        File.ReadAllBytes(resumed).ShouldBe(File.ReadAllBytes(alone));
    }

    private sealed class Clock : TimeProvider
    {
        public const double Seconds = 1_700_000_000.25;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds((long)(Seconds * 1000));
    }
}
