using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;

namespace Deliberate.Training.Tests;

/// <summary>Reads TensorBoard's event files back, by the formats alone: frames with their checksums, protocol buffers by field number.</summary>
internal static class EventFile
{
    /// <summary>The fields of each event: wall time 1, step 2, version 3, summary 5.</summary>
    public static List<Message> Events(string path)
    {
        var file = File.ReadAllBytes(path);
        var events = new List<Message>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)).ShouldBe(Crc32C.Masked(file.AsSpan(at, 8)));
            var data = file.AsSpan(at + 12, length);
            BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)).ShouldBe(Crc32C.Masked(data));
            events.Add(Message.Parse(data));
            at += length + 16;
        }

        return events;
    }

    /// <summary>The values of all summaries, with the step of each.</summary>
    public static IEnumerable<(long Step, Message Value)> Values(string path) =>
        Events(path).SelectMany(e => e.All(5).SelectMany(summary => Message.Parse(summary).All(1)).Select(value => (e.Number(2), Message.Parse(value))));

    /// <summary>Step, tag and value of every scalar.</summary>
    public static IEnumerable<(long Step, string Tag, float Value)> Scalars(string path) =>
        Values(path).Where(v => v.Value.Has(2)).Select(v => (v.Step, v.Value.Text(1), BitConverter.ToSingle(v.Value.Bytes(2))));

    /// <summary>The hyperparameters of a session: a map from names to google.protobuf.Value.</summary>
    public static OrderedDictionary<string, object> Settings(Message session)
    {
        var settings = new OrderedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var entry in session.All(1).Select(e => Message.Parse(e)))
        {
            var value = entry.Inner(2);
            settings.Add(entry.Text(1), value.Has(2) ? value.Double(2) : value.Has(3) ? value.Text(3) : value.Number(4) == 1);
        }

        return settings;
    }

    /// <summary>The session that begins in a run's file; its hyperparameters.</summary>
    public static OrderedDictionary<string, object> Settings(string path) =>
        Settings(Values(path).Select(v => v.Value).Single(v => v.Text(1) == "_hparams_/session_start_info").Inner(9).Inner(1).Inner(2).Inner(3));

    /// <summary>A protocol buffer without its schema.</summary>
    internal sealed class Message
    {
        private readonly List<(int Number, byte[] Bytes)> _fields = [];

        public static Message Parse(ReadOnlySpan<byte> data)
        {
            var message = new Message();
            for (var at = 0; at < data.Length;)
            {
                var tag = (int)Varint(data, ref at);
                var start = at;
                switch (tag & 7)
                {
                    case 0:
                        Varint(data, ref at);
                        break;
                    case 1:
                        at += 8;
                        break;
                    case 2:
                        var size = (int)Varint(data, ref at);
                        start = at;
                        at += size;
                        break;
                    case 5:
                        at += 4;
                        break;
                    default:
                        throw new InvalidDataException($"wire type {tag & 7}");
                }

                message._fields.Add((tag >> 3, data[start..at].ToArray()));
            }

            return message;
        }

        public bool Has(int field) => _fields.Exists(f => f.Number == field);

        public IEnumerable<byte[]> All(int field) => _fields.Where(f => f.Number == field).Select(f => f.Bytes);

        public byte[] Bytes(int field) => All(field).Single();

        public Message Inner(int field) => Parse(Bytes(field));

        public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

        public double Double(int field) => BitConverter.ToDouble(Bytes(field));

        /// <summary>0 where the field is absent, as protocol buffers have it.</summary>
        public long Number(int field)
        {
            if (!Has(field)) return 0;
            var at = 0;
            return (long)Varint(Bytes(field), ref at);
        }

        private static ulong Varint(ReadOnlySpan<byte> data, ref int at)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                value |= (ulong)(data[at] & 0x7F) << shift;
                if (data[at++] < 0x80) return value;
            }
        }
    }
}
