using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Deliberate.Core;
using Deliberate.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Models.Tests;

public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_tensors_of_a_real_model_dequantise_to_the_golden_bits()
    {
        var meta = SharedFolder.Json("models", "smollm2-135m-instruct", "golden.json").GetProperty("meta");
        var path = SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf");
        using var weights = GgufWeights.Open(path);
        var cases = 0;
        foreach (var tensor in meta.GetProperty("tensors").EnumerateObject())
        {
            var info = weights.File.Info(tensor.Name);
            info.Type.ToString().ShouldBe(tensor.Value.GetProperty("type").GetString());
            info.Shape.ShouldBe(tensor.Value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64()));
            Sha(weights.File, tensor.Name).ShouldBe(tensor.Value.GetProperty("sha256_f32le").GetString(), tensor.Name);
            cases++;
        }

        foreach (var tensor in meta.GetProperty("hf_tensors").EnumerateObject())
        {
            Sha(weights, tensor.Name).ShouldBe(tensor.Value.GetProperty("sha256_f32le").GetString(), tensor.Name);
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} tensors");
    }

    [Fact]
    public void A_real_model_has_its_configuration_and_vocabulary()
    {
        using var weights = GgufWeights.Open(SharedFolder.Path("models", "smollm2-135m-instruct", "SmolLM2-135M-Instruct.Q4_1.gguf"));
        weights.Configuration.ShouldBe(new ModelConfiguration
        {
            Architecture = "llama",
            VocabularySize = 49152,
            HiddenSize = 576,
            IntermediateSize = 1536,
            LayerCount = 30,
            HeadCount = 9,
            KeyValueHeadCount = 3,
            HeadSize = 64,
            NormEpsilon = 1e-5,
            MaxPositions = 8192,
            Rope = new RopeSettings { Theta = 100000 },
            TieWordEmbeddings = true,
            BosTokenId = 1,
            EosTokenIds = [2],
            PadTokenId = 2,
        });
        ParameterNames.Check(weights.Configuration, weights);
        var values = new float[weights.Names.Max(n => weights.Info(n).Count)];
        var time = ThreadTime.Of(() =>
        {
            foreach (var name in weights.Names) weights.Read(name, values.AsSpan(0, (int)weights.Info(name).Count));
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"all tensors dequantised in {time.TotalMilliseconds:F0} ms");
        time.TotalSeconds.ShouldBeLessThan(2);

        var tokenizer = GgufTokenizer.Read(weights.File);
        (tokenizer.Model, tokenizer.PreTokenizer, tokenizer.AddBos, tokenizer.UnknownTokenId).ShouldBe(("gpt2", "smollm", false, 0));
        (tokenizer.Tokens!.Length, tokenizer.Types!.Length, tokenizer.Merges!.Length).ShouldBe((49152, 49152, 48900));
        tokenizer.Tokens[1].ShouldBe("<|im_start|>");
        tokenizer.Merges[0].ShouldBe("Ġ t");
        tokenizer.ChatTemplate.ShouldNotBeNull().ShouldStartWith("{% for message in messages %}");
    }

    [Fact]
    public void The_gguf_form_of_a_checkpoint_is_the_same_model()
    {
        foreach (var name in new[] { "llama", "qwen2", "qwen3" })
        {
            using var weights = GgufWeights.Open(SharedFolder.Path("fixtures", "gguf", $"{name}.F32.gguf"));
            var folder = SharedFolder.Path("fixtures", "models", name);
            weights.Configuration.ShouldBe(ModelConfiguration.Load(folder) with { PadTokenId = null });
            using var checkpoint = WeightSource.Open(folder);
            weights.Names.Order().ShouldBe(checkpoint.Names.Order());
            foreach (var tensor in checkpoint.Names)
            {
                var info = checkpoint.Info(tensor);
                weights.Info(tensor).Shape.ShouldBe(info.Shape);
                var (expected, actual, wide, bytes) = (new float[info.Count], new float[info.Count], new double[info.Count], new byte[weights.Info(tensor).ByteCount]);
                checkpoint.Read(tensor, expected);
                weights.Read(tensor, actual);
                weights.ReadDouble(tensor, wide);
                weights.ReadBytes(tensor, bytes);
                if (weights.Info(tensor).Type != StoredType.F32) continue;
                actual.AsSpan().SequenceEqual(expected).ShouldBeTrue(tensor);
                MemoryMarshal.Cast<byte, float>(bytes).SequenceEqual(expected).ShouldBeTrue(tensor);
                for (var i = 0; i < wide.Length; i++) wide[i].ShouldBe(expected[i]);
                var piece = new float[Math.Min(100, expected.Length / 2)];
                weights.Read(tensor, piece, expected.Length / 3);
                piece.AsSpan().SequenceEqual(expected.AsSpan(expected.Length / 3, piece.Length)).ShouldBeTrue(tensor);
            }
        }
    }

    public static TheoryData<string, Action<GgufBuilder>, string> Lies() => new()
    {
        { "no magic", b => b.Magic = "GGML", "magic" },
        { "version 1", b => b.Version = 1, "version" },
        { "version 4", b => b.Version = 4, "version" },
        { "big-endian", b => b.Version = 0x03000000, "version" },
        { "10^9 tensors", b => b.TensorCount = 1_000_000_000, "tensor_count" },
        { "2^64 - 1 tensors", b => b.TensorCount = ulong.MaxValue, "tensor_count" },
        { "10^9 keys", b => b.KeyCount = 1_000_000_000, "metadata_kv_count" },
        { "a key twice", b => b.String("general.architecture", "llama"), "general.architecture" },
        { "an alignment of 3", b => b.UInt32("general.alignment", 3), "general.alignment" },
        { "an alignment that is text", b => b.String("general.alignment", "x"), "general.alignment" },
        { "an array of 2^60", b => b.Array("list", 4, 1UL << 60), "list" },
        { "an array whose bytes overflow", b => b.Array("list", 10, 1UL << 61), "list" },
        { "an array of arrays", b => b.Array("list", 9, 1), "list" },
        { "an unknown type", b => b.Raw("odd", 13), "odd" },
        { "a string of 2^63", b => b.LongString("text", 1UL << 63), "text" },
        { "a tensor twice", b => b.Tensor("a", 0, 64, 4), "a" },
        { "an overlap", b => b.Tensor("b", 0, 0, 4), "b" },
        { "a hole", b => b.Tensor("b", 0, 96, 4), "b" },
        { "an odd offset", b => b.Tensor("b", 0, 65, 4), "b" },
        { "a tensor longer than the file", b => b.Tensor("b", 0, 64, 4000), "b" },
        { "sizes that overflow", b => b.Tensor("b", 0, 64, 1L << 32, 1L << 32, 4), "b" },
        { "sizes that overflow by the block", b => b.Tensor("b", 0, 64, 1L << 62), "b" },
        { "a size of nothing", b => b.Tensor("b", 0, 64, 0), "b" },
        { "five dimensions", b => b.Tensor("b", 0, 64, 1, 1, 1, 1, 4), "b" },
        { "half a block", b => b.Tensor("b", 8, 64, 16), "b" },
        { "an unknown tensor type", b => b.Tensor("b", 99, 64, 4), "b" },
        { "no name", b => b.Tensor("", 0, 64, 4), "tensors" },
        { "bytes at the end", b => b.DataBytes = 500, "tensors" },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_lying_header_is_one_quick_error_that_names_file_and_field(string what, Action<GgufBuilder> lie, string field)
    {
        var builder = GgufBuilder.Minimal();
        lie(builder);
        var path = _folder.Write("bad.gguf", builder.Build());
        var error = Bounded.ShouldBeRefused(() => GgufFile.Open(path), what);
        (error.File, error.Field).ShouldBe((path, field));
    }

    [Fact]
    public void Versions_two_and_three_open()
    {
        foreach (var version in new uint[] { 2, 3 })
        {
            var builder = GgufBuilder.Minimal();
            builder.Version = version;
            using var file = GgufFile.Open(_folder.Write($"v{version}.gguf", builder.Build()));
            file.Version.ShouldBe((int)version);
            file.Info("a").Shape.ShouldBe([2, 8]);
            file.Metadata.String("general.architecture").ShouldBe("llama");
        }
    }

    [Fact]
    public void Other_architectures_are_refused_by_name()
    {
        var error = Should.Throw<UserError>(() => WeightSource.Open(_folder.Write("x.gguf", GgufBuilder.Minimal("mamba").Build())));
        error.Field.ShouldBe("general.architecture");
        error.Message.ShouldContain("mamba");
        error.Message.ShouldContain("LlamaForCausalLM");
    }

    [Fact]
    public void Every_damaged_byte_of_a_header_gives_a_user_error_or_opens()
    {
        var whole = File.ReadAllBytes(SharedFolder.Path("fixtures", "gguf", "qwen3.Q8_0.gguf"));
        var small = GgufBuilder.Minimal().Build();
        var path = _folder.File("damaged.gguf");
        int cases = 0, opened = 0;
        foreach (var (good, step) in new[] { (small, 1), (whole, 37) })
        {
            for (var i = 0; i < Math.Min(good.Length, 7000); i += step)
            {
                foreach (var value in new[] { (byte)(good[i] ^ 1), (byte)(good[i] ^ 0x80), (byte)0, (byte)0xFF })
                {
                    var bad = (byte[])good.Clone();
                    bad[i] = value;
                    cases++;
                    if (OpensOrUserError(path, bad)) opened++;
                }
            }
        }

        for (var length = 0; length < small.Length; length++) OpensOrUserError(path, small[..length]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} damaged headers, {opened} still open");
    }

    [Fact]
    public void Random_edits_give_a_user_error_or_open()
    {
        var good = GgufBuilder.Minimal().Build();
        var path = _folder.File("fuzzed.gguf");
        var edits = Gen.Zip(Gen.Choose(0, good.Length - 1), Gen.Choose(0, 255)).ListOf(6);
        Prop.ForAll(edits.ToArbitrary(), list =>
        {
            var bad = (byte[])good.Clone();
            foreach (var (at, value) in list) bad[at] = (byte)value;
            OpensOrUserError(path, bad);
        }).QuickCheckThrowOnFailure();
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes => { OpensOrUserError(path, [.. "GGUF\u0003\0\0\0"u8, .. bytes]); }).QuickCheckThrowOnFailure();
    }

    private static string Sha(ITensorSource source, string name)
    {
        var values = new float[source.Info(name).Count];
        source.Read(name, values);
        return Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())));
    }

    private static bool OpensOrUserError(string path, byte[] bytes)
    {
        File.WriteAllBytes(path, bytes);
        var opened = false;
        try
        {
            using (var file = GgufFile.Open(path))
            {
                opened = true;
                foreach (var name in file.Names) file.Read(name, new float[file.Info(name).Count]);
                GgufTokenizer.Read(file);
            }

            using var weights = WeightSource.Open(path);
            foreach (var name in weights.Names) weights.Read(name, new float[weights.Info(name).Count]);
        }
        catch (UserError error)
        {
            error.File.ShouldBe(path);
        }

        return opened;
    }
}
