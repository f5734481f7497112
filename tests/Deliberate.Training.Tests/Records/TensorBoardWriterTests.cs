using System.Buffers.Binary;
using System.Text;

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

        var events = Events(File.ReadAllBytes(path));
        events.Count.ShouldBe(3);
        events[0][1].ShouldBe(BitConverter.GetBytes(Clock.Seconds));
        Encoding.UTF8.GetString(events[0][3]).ShouldBe("brain.Event:2");
        events[1][2].ShouldBe([0xAC, 0x02], "300 as a varint");
        var values = Repeated(events[1][5]);
        values.Count.ShouldBe(2);
        Encoding.UTF8.GetString(values[0][1]).ShouldBe("train/loss");
        BitConverter.ToSingle(values[0][2]).ShouldBe(0.5f);
        Encoding.UTF8.GetString(values[1][1]).ShouldBe("größe");
        BitConverter.ToSingle(values[1][2]).ShouldBe(float.NaN);
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

    /// <summary>Field number to bytes of each event, frames and checksums checked.</summary>
    private static List<Dictionary<int, byte[]>> Events(byte[] file)
    {
        var events = new List<Dictionary<int, byte[]>>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)).ShouldBe(Crc32C.Masked(file.AsSpan(at, 8)));
            var data = file.AsSpan(at + 12, length);
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)).ShouldBe(Crc32C.Masked(data));
            events.Add(Fields(data).ToDictionary(field => field.Number, field => field.Bytes));
            at += length + 16;
        }

        return events;
    }

    private static List<Dictionary<int, byte[]>> Repeated(byte[] message) =>
        [.. Fields(message).Select(field => Fields(field.Bytes).ToDictionary(inner => inner.Number, inner => inner.Bytes))];

    private static List<(int Number, byte[] Bytes)> Fields(ReadOnlySpan<byte> data)
    {
        var fields = new List<(int, byte[])>();
        for (var at = 0; at < data.Length;)
        {
            int tag = data[at++], size;
            if ((tag & 7) == 2)
            {
                size = 0;
                for (var shift = 0; ; shift += 7)
                {
                    size |= (data[at] & 0x7F) << shift;
                    if (data[at++] < 0x80) break;
                }
            }
            else if ((tag & 7) == 0)
            {
                size = 1;
                while (data[at + size - 1] >= 0x80) size++;
            }
            else
            {
                size = (tag & 7) == 1 ? 8 : 4;
            }

            fields.Add((tag >> 3, data.Slice(at, size).ToArray()));
            at += size;
        }

        return fields;
    }

    private sealed class Clock : TimeProvider
    {
        public const double Seconds = 1_700_000_000.25;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds((long)(Seconds * 1000));
    }
}
