using Deliberate.Core;
using Deliberate.Tensors;

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
    public void Hyperparameters_are_what_the_plugin_reads()
    {
        var path = _folder.File(TensorBoardWriter.FileName);
        using (var writer = new TensorBoardWriter(path, new Clock()))
        {
            writer.Start([("seed", 7ul), ("optimizer.learning_rate", 3e-4), ("dynamic_sampling", true), ("store", false), ("objective", "dapo"), ("kind", OptimizerKind.Muon), ("levels", "[1, 2]"), ("none", null)]);
            writer.End();
        }

        var values = EventFile.Values(path).Select(v => v.Value).ToList();
        values.Select(v => v.Text(1)).ShouldBe(["_hparams_/session_start_info", "_hparams_/session_end_info"]);
        foreach (var value in values)
        {
            // metadata: plugin_data of this name, the class of tensors; and a tensor of one float.
            value.Inner(9).Inner(1).Text(1).ShouldBe("hparams");
            value.Inner(9).Number(4).ShouldBe(2);
            (value.Inner(8).Number(1), value.Inner(8).Inner(2).Inner(2).Number(1), value.Inner(8).Bytes(5).Length).ShouldBe((1, 1, 4));
        }

        var start = values[0].Inner(9).Inner(1).Inner(2).Inner(3);
        start.Double(5).ShouldBe(Clock.Seconds);
        var settings = EventFile.Settings(start);
        settings.Keys.ShouldBe(["seed", "optimizer.learning_rate", "dynamic_sampling", "store", "objective", "kind", "levels"]);
        settings.Values.ShouldBe([7.0, 3e-4, true, false, "dapo", "muon", "[1, 2]"]);
        var end = values[1].Inner(9).Inner(1).Inner(2).Inner(4);
        (end.Number(1), end.Double(2)).ShouldBe((1, Clock.Seconds));
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
