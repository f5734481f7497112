using System.Buffers.Binary;
using System.Text;
using Deliberate.Core;
using Deliberate.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private const string Minimal = """{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_golden_file_opens_and_is_written_back_byte_for_byte()
    {
        var files = Directory.GetFiles(SharedFolder.Path("fixtures"), "*.safetensors", SearchOption.AllDirectories);
        files.ShouldNotBeEmpty();
        foreach (var path in files)
        {
            using var file = SafetensorsFile.Open(path);
            using var copy = new MemoryStream();
            var writer = new SafetensorsWriter(copy, [.. file.Names.Select(file.Info)], [.. file.Metadata]);
            foreach (var name in file.Names)
            {
                var bytes = new byte[file.Info(name).ByteCount];
                file.ReadBytes(name, bytes);
                writer.AppendBytes(bytes);
            }

            writer.Finish();
            copy.ToArray().AsSpan().SequenceEqual(System.IO.File.ReadAllBytes(path)).ShouldBeTrue(path);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{files.Length} files");
    }

    [Fact]
    public void Sixteen_bit_weights_read_as_their_float_values()
    {
        foreach (var (folder, type) in new[] { ("llama_bf16", StoredType.BF16), ("qwen2_fp16", StoredType.F16) })
        {
            using var source = WeightSource.Open(SharedFolder.Path("fixtures", "models", folder));
            foreach (var name in source.Names)
            {
                var info = source.Info(name);
                info.Type.ShouldBe(type);
                var single = new float[info.Count];
                var wide = new double[info.Count];
                var bytes = new byte[info.ByteCount];
                source.Read(name, single);
                source.ReadDouble(name, wide);
                source.ReadBytes(name, bytes);
                for (var i = 0; i < single.Length; i++)
                {
                    var bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(2 * i));
                    single[i].ShouldBe(type == StoredType.F16 ? (float)BitConverter.UInt16BitsToHalf(bits) : BitConverter.UInt32BitsToSingle((uint)bits << 16));
                    wide[i].ShouldBe(single[i]);
                }

                var back = new byte[bytes.Length];
                Elements.FromSingle(type, single, back);
                back.ShouldBe(bytes);
            }
        }
    }

    [Fact]
    public void Every_plain_type_reads_to_float_and_double()
    {
        var tensors = Enum.GetValues<StoredType>().Where(t => !t.IsQuantized()).Select(t => new TensorInfo(t.ToString(), t, [2])).ToArray();
        using var stream = new MemoryStream();
        var writer = new SafetensorsWriter(stream, tensors);
        foreach (var tensor in tensors)
        {
            writer.AppendBytes(tensor.Type switch
            {
                StoredType.F64 => [.. BitConverter.GetBytes(1.0), .. BitConverter.GetBytes(100.0)],
                StoredType.F32 => [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(100f)],
                StoredType.F16 => [.. BitConverter.GetBytes((Half)1), .. BitConverter.GetBytes((Half)100)],
                StoredType.BF16 => [0x80, 0x3F, 0xC8, 0x42],
                StoredType.Bool => [1, 0],
                _ => [.. BitConverter.GetBytes(1L).AsSpan(0, tensor.Type.BlockBytes()), .. BitConverter.GetBytes(100L).AsSpan(0, tensor.Type.BlockBytes())],
            });
        }

        writer.Finish();
        using var file = SafetensorsFile.Open(_folder.Write("all.safetensors", stream.ToArray()));
        foreach (var name in file.Names)
        {
            var single = new float[2];
            var wide = new double[2];
            file.Read(name, single);
            file.ReadDouble(name, wide);
            single.ShouldBe(name == "Bool" ? [1f, 0f] : [1f, 100f], name);
            wide.ShouldBe(name == "Bool" ? [1.0, 0.0] : [1.0, 100.0], name);
        }
    }

    [Fact]
    public void Pieces_of_a_tensor_equal_the_whole()
    {
        using var source = WeightSource.Open(SharedFolder.Path("fixtures", "models", "llama"));
        var whole = new float[source.Info("lm_head.weight").Count];
        source.Read("lm_head.weight", whole);
        var piece = new float[77];
        for (var start = 0; start + piece.Length <= whole.Length; start += 1000)
        {
            source.Read("lm_head.weight", piece, start);
            piece.AsSpan().SequenceEqual(whole.AsSpan(start, piece.Length)).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[3],"data_offsets":[12,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"BF16","shape":[5],"data_offsets":[12,22]}}""", "b")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"BF16","shape":[3],"data_offsets":[16,22]}}""", "b")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[400],"data_offsets":[16,1616]}}""", "b")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,99999999999999999999]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[11],"data_offsets":[0,11]},"a":{"dtype":"U8","shape":[11],"data_offsets":[11,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"I8","shape":[22],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[22],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":{"shape":[22],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,22],"data_offsets":[0,22]}}""", "a")]
    [InlineData("""{"a":5}""", "a")]
    [InlineData("""{"__metadata__":{"x":1},"a":{"dtype":"U8","shape":[22],"data_offsets":[0,22]}}""", "x")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"a":{"dtype":"U8","shape":[22],"data_offsets":[0,22]}}""", "__metadata__")]
    [InlineData("""{"a":{"dtype":"U8","shape":[22],"data_offsets":[0,22]}}{}""", "header")]
    [InlineData("""[]""", "header")]
    [InlineData("""{"a":{"dtype":"U8","shape":[22],"data_offsets":[0,22]}""", "header")]
    [InlineData("""{"a\uD800":{"dtype":"U8","shape":[22],"data_offsets":[0,22]}}""", "header")]
    public void A_lying_header_is_one_error_that_names_file_and_tensor(string header, string field)
    {
        var path = _folder.Write("bad.safetensors", File(header, 22));
        var error = Bounded.ShouldBeRefused(() => SafetensorsFile.Open(path));
        error.File.ShouldBe(path);
        error.Field.ShouldBe(field);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(60)]
    public void A_file_cut_short_is_one_error(int length)
    {
        var path = _folder.Write("cut.safetensors", File(Minimal, 22).AsSpan(0, length));
        Should.Throw<UserError>(() => SafetensorsFile.Open(path)).File.ShouldBe(path);
    }

    [Fact]
    public void A_header_of_a_million_tensors_is_refused_quickly_and_cheaply()
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < 600_000; i++) text.Append($"\"t{i:D8}\":{{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}},");
        text.Length--;
        var path = _folder.Write("many.safetensors", File(text.Append('}').ToString()[..(30 << 20)], 0));
        Bounded.ShouldBeRefused(() => SafetensorsFile.Open(path)).File.ShouldBe(path);
    }

    [Fact]
    public void Every_damaged_byte_of_a_header_gives_a_user_error_or_opens()
    {
        var good = File(Minimal, 22);
        var path = _folder.File("damaged.safetensors");
        int cases = 0, opened = 0;
        for (var i = 0; i < good.Length - 22; i++)
        {
            foreach (var value in new[] { (byte)(good[i] ^ 1), (byte)(good[i] ^ 0x80), (byte)0, (byte)0xFF, (byte)'"', (byte)'9', (byte)(good[i] + 1) })
            {
                var bad = (byte[])good.Clone();
                bad[i] = value;
                cases++;
                if (OpensOrUserError(path, bad)) opened++;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} damaged headers, {opened} still open");
    }

    [Fact]
    public void Random_bytes_and_random_edits_give_a_user_error_or_open()
    {
        var good = File(Minimal, 22);
        var path = _folder.File("fuzzed.safetensors");
        var edits = Gen.Zip(Gen.Choose(0, good.Length - 1), Gen.Choose(0, 255)).ListOf(6);
        Prop.ForAll(edits.ToArbitrary(), list =>
        {
            var bad = (byte[])good.Clone();
            foreach (var (at, value) in list) bad[at] = (byte)value;
            OpensOrUserError(path, bad);
        }).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => { OpensOrUserError(path, bytes); }).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => { OpensOrUserError(path, File(text ?? "", 3)); }).QuickCheckThrowOnFailure();
    }

    internal static byte[] File(string header, int dataBytes)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        for (var i = 0; i < dataBytes; i++) file[8 + json.Length + i] = (byte)i;
        return file;
    }

    private static bool OpensOrUserError(string path, byte[] bytes)
    {
        System.IO.File.WriteAllBytes(path, bytes);
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var name in file.Names) file.Read(name, new float[file.Info(name).Count]);
            return true;
        }
        catch (UserError error)
        {
            error.File.ShouldBe(path);
            return false;
        }
    }
}
