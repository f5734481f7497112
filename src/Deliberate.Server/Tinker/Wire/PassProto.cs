using System.Runtime.InteropServices;
using Deliberate.Training;
using ZstdSharp;

namespace Deliberate.Server;

/// <summary>
/// Passes and their results as protocol buffers (<c>tinker_public.proto</c> as the SDK's <c>tinker_public_pb2</c> describes it), which the SDK
/// sends from its version 0.25 on, compressed with Zstandard where the server says that it may. Numbers are little-endian in byte strings.
/// </summary>
internal static class PassProto
{
    public const string ContentType = "application/x-protobuf";

    private const int Float32 = 1, Int64 = 2, Int32 = 3;

    /// <summary>Unpacks a body, up to a size.</summary>
    public static byte[] Decompress(ReadOnlyMemory<byte> body, long most)
    {
        try
        {
            using var unpacked = new DecompressionStream(new MemoryStream(body.ToArray()));
            using var memory = new MemoryStream();
            var buffer = new byte[1 << 16];
            for (int read; (read = unpacked.Read(buffer)) > 0;)
            {
                if (memory.Length + read > most) throw new ApiError(413, $"The body is larger than {Core.Quantity.Bytes(most)} when it is unpacked, the server's limit.", code: "request_too_large");
                memory.Write(buffer, 0, read);
            }

            return memory.ToArray();
        }
        catch (Exception error) when (error is ZstdException or InvalidDataException or EndOfStreamException)
        {
            throw ApiError.Invalid("The body is not compressed as its content encoding says (zstd).", null, "invalid_compression");
        }
    }

    public static WirePass Read(ReadOnlySpan<byte> body)
    {
        string model = "", loss = "";
        long? sequence = null;
        var isForward = false;
        List<WireDatum> data = [];
        Dictionary<string, double> settings = new(StringComparer.Ordinal);
        var reader = new ProtoReader(body);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1: model = reader.Text; break;
                case 2: sequence = reader.Number; break;
                case 3: data.Add(Datum(reader.Of(2))); break;
                case 4: loss = reader.Text; break;
                // What is set in the newer form too is the same number.
                case 5 or 7: Setting(reader.Of(2), settings, reader.Field == 7); break;
                case 6: isForward = reader.Number != 0; break;
                default: throw ProtoReader.Wrong($"field {reader.Field} of the request is not known");
            }
        }

        return new WirePass(model, sequence, data, loss, settings, !isForward);
    }

    /// <summary>A <c>ForwardBackwardOutput</c>.</summary>
    public static byte[] Write(LossResult result)
    {
        var fields = new ProtoMessage();
        var record = new ProtoMessage();
        foreach (var (name, values) in PassJson.Outputs(result))
        {
            var tensor = new ProtoMessage().Delimited(1, Bytes([.. values.SelectMany(v => v)])).Delimited(2, Bytes(Offsets(values))).Number(3, Float32);
            record.Message(2, fields.Clear().Text(1, name).Message(2, tensor));
        }

        record.Number(3, result.Losses.Length);
        return new ProtoMessage().Text(1, PassJson.OutputType).Message(2, record).Message(3, new ProtoMessage().Text(1, PassJson.LossSum).Double(2, result.Loss)).Bytes.ToArray();
    }

    /// <summary>A <c>SampleResponse</c>.</summary>
    public static byte[] Write(IReadOnlyList<HostedSample> samples, float?[]? prompt)
    {
        var message = new ProtoMessage();
        foreach (var sample in samples)
            message.Message(1, new ProtoMessage().Number(1, sample.FinishReason == Models.FinishReason.Length ? 1 : 0).Delimited(2, Bytes(sample.Tokens)).Delimited(3, Bytes(sample.LogProbabilities)));
        if (prompt is not null) message.Delimited(2, Bytes([.. prompt.Select(p => p ?? float.NaN)]));
        return message.Bytes.ToArray();
    }

    private static WireDatum Datum(ReadOnlySpan<byte> bytes)
    {
        List<int> tokens = [];
        Dictionary<string, WireTensor> inputs = new(StringComparer.Ordinal);
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    var chunk = new ProtoReader(reader.Of(2));
                    while (chunk.Read())
                    {
                        if (chunk.Field != 1) throw ApiError.Unsupported("A chunk of model_input is no text: images and sounds are not supported.", "model_input");
                        var text = new ProtoReader(chunk.Of(2));
                        while (text.Read()) tokens.AddRange(Numbers<int>(text.Of(2)));
                    }

                    break;
                case 2:
                    var (name, tensor) = ("", (WireTensor?)null);
                    var entry = new ProtoReader(reader.Of(2));
                    while (entry.Read())
                    {
                        if (entry.Field == 1) name = entry.Text;
                        else if (entry.Field == 2) tensor = Tensor(entry.Of(2));
                    }

                    inputs[name] = tensor ?? throw ProtoReader.Wrong($"the input {JsonFields.Short(name)} has no tensor");
                    break;
                // Where tokens came from; nothing is made of it.
                case 3 or 4: break;
                default: throw ProtoReader.Wrong($"field {reader.Field} of a datum is not known");
            }
        }

        return new WireDatum([.. tokens], inputs);
    }

    private static WireTensor Tensor(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> dense = default;
        var type = 0;
        List<long> shape = [];
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1: dense = reader.Of(2); break;
                case 2: throw ApiError.Unsupported("A tensor of loss_fn_inputs is sparse, which is not supported.", "loss_fn_inputs");
                case 3: type = (int)reader.Number; break;
                case 4 when reader.Kind == 0: shape.Add(reader.Number); break;
                case 4: Packed(reader.Of(2), shape); break;
                default: throw ProtoReader.Wrong($"field {reader.Field} of a tensor is not known");
            }
        }

        return type switch
        {
            Float32 => new WireTensor([.. Numbers<float>(dense).Select(v => (double)v)], false, shape.Count == 0 ? null : [.. shape]),
            Int64 => new WireTensor([.. Numbers<long>(dense).Select(v => (double)v)], true, shape.Count == 0 ? null : [.. shape]),
            Int32 => new WireTensor([.. Numbers<int>(dense).Select(v => (double)v)], true, shape.Count == 0 ? null : [.. shape]),
            _ => throw ApiError.Unsupported("A tensor of loss_fn_inputs is of a type that is not supported: float32 and int64 are.", "loss_fn_inputs"),
        };
    }

    private static void Packed(ReadOnlySpan<byte> bytes, List<long> into)
    {
        for (var at = 0; at < bytes.Length;)
        {
            long value = 0;
            for (var shift = 0; ; shift += 7)
            {
                if (at == bytes.Length || shift > 56) throw ProtoReader.Wrong("a shape ends in the middle");
                value |= (long)(bytes[at] & 0x7F) << shift;
                if (bytes[at++] < 0x80) break;
            }

            into.Add(value);
        }
    }

    private static void Setting(ReadOnlySpan<byte> bytes, Dictionary<string, double> settings, bool isTagged)
    {
        var (name, value) = ("", (double?)null);
        var reader = new ProtoReader(bytes);
        while (reader.Read())
        {
            if (reader.Field == 1) name = reader.Text;
            else if (!isTagged) value = reader.Double;
            else
            {
                var tagged = new ProtoReader(reader.Of(2));
                while (tagged.Read()) value = tagged.Field == 1 ? tagged.Double : throw ApiError.Unsupported($"'loss_fn_config.{JsonFields.Short(name)}' is a text, and has to be a number.", "loss_fn_config");
            }
        }

        settings[name] = value ?? 0;
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : unmanaged => BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(values).ToArray() : throw new PlatformNotSupportedException();

    private static T[] Numbers<T>(ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        if (bytes.Length % Marshal.SizeOf<T>() != 0) throw ProtoReader.Wrong($"{bytes.Length} bytes are no list of numbers of {Marshal.SizeOf<T>()}");
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    /// <summary>Where each datum's bytes begin, and the end of the last.</summary>
    private static long[] Offsets(float[][] values)
    {
        var offsets = new long[values.Length + 1];
        for (var i = 0; i < values.Length; i++) offsets[i + 1] = offsets[i] + (sizeof(float) * values[i].Length);
        return offsets;
    }
}
