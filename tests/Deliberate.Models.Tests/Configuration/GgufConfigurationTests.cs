using System.Runtime.InteropServices;
using Deliberate.Core;

namespace Deliberate.Models.Tests;

public sealed class GgufConfigurationTests : IDisposable
{
    private const int HeadSize = 64;
    private static readonly RopeSettings Llama31 = new() { Theta = 500000, Kind = RopeKind.Llama3, Factor = 32, LowFrequencyFactor = 1, HighFrequencyFactor = 4, OriginalPositions = 8192 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Divisors_that_llama3_scaling_gives_are_read_as_that()
    {
        var configuration = Read(Header(), Divisors(Llama31));
        configuration.Rope.ShouldBe(Llama31);
        configuration.Save(_folder.Path);
        ModelConfiguration.Load(_folder.Path).ShouldBe(configuration);
    }

    [Fact]
    public void Other_divisors_are_kept()
    {
        var divisors = Divisors(Llama31 with { HighFrequencyFactor = 5 });
        var configuration = Read(Header(), divisors);
        configuration.Rope.Kind.ShouldBe(RopeKind.Divisors);
        var frequencies = RotaryTable.InverseFrequencies(configuration, out var factor);
        var plain = RotaryTable.InverseFrequencies(configuration with { Rope = new RopeSettings { Theta = 500000 } }, out _);
        factor.ShouldBe(1);
        for (var i = 0; i < plain.Length; i++) frequencies[i].ShouldBe(plain[i] / divisors[i]);
        Should.Throw<UserError>(() => configuration.Save(_folder.Path));
    }

    [Fact]
    public void Divisors_of_the_wrong_number_or_not_numbers_are_refused()
    {
        Should.Throw<UserError>(() => Read(Header(), new float[16])).Field.ShouldBe("rope_freqs.weight");
        Should.Throw<UserError>(() => Read(Header(), [.. Enumerable.Repeat(float.NaN, HeadSize / 2)])).Field.ShouldBe("rope_freqs.weight");
    }

    [Fact]
    public void Linear_and_yarn_scaling_are_read_from_the_metadata()
    {
        var linear = Header();
        linear.String("llama.rope.scaling.type", "linear");
        linear.Float32("llama.rope.scaling.factor", 4);
        Read(linear).Rope.ShouldBe(new RopeSettings { Theta = 500000, Kind = RopeKind.Linear, Factor = 4 });

        var yarn = Header();
        yarn.String("llama.rope.scaling.type", "yarn");
        yarn.Float32("llama.rope.scaling.factor", 4);
        yarn.UInt32("llama.rope.scaling.original_context_length", 64);
        Read(yarn).Rope.ShouldBe(new RopeSettings { Theta = 500000, Kind = RopeKind.Yarn, Factor = 4, OriginalPositions = 64 });

        var other = Header();
        other.String("llama.rope.scaling.type", "longrope");
        Should.Throw<UserError>(() => Read(other)).Field.ShouldBe("llama.rope.scaling.type");
    }

    [Fact]
    public void Experts_and_a_missing_size_are_refused_by_key()
    {
        var experts = Header();
        experts.UInt32("llama.expert_count", 8);
        Should.Throw<UserError>(() => Read(experts)).Field.ShouldBe("llama.expert_count");
        var bare = new GgufBuilder();
        bare.String("general.architecture", "llama");
        Should.Throw<UserError>(() => Read(bare)).Field.ShouldBe("llama.embedding_length");
    }

    private static float[] Divisors(RopeSettings rope)
    {
        var model = new ModelConfiguration { Architecture = "llama", VocabularySize = 1, HiddenSize = 1, IntermediateSize = 1, LayerCount = 1, HeadCount = 1, KeyValueHeadCount = 1, HeadSize = HeadSize, Rope = rope };
        var scaled = RotaryTable.InverseFrequencies(model, out _);
        var plain = RotaryTable.InverseFrequencies(model with { Rope = new RopeSettings { Theta = rope.Theta } }, out _);
        return [.. plain.Zip(scaled, (p, s) => (float)(p / s))];
    }

    private static GgufBuilder Header()
    {
        var builder = new GgufBuilder();
        builder.String("general.architecture", "llama");
        foreach (var (key, value) in new[] { ("block_count", 1u), ("embedding_length", 128u), ("feed_forward_length", 72u), ("attention.head_count", 2u), ("context_length", 256u) }) builder.UInt32("llama." + key, value);
        builder.Float32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
        builder.Float32("llama.rope.freq_base", 500000);
        return builder;
    }

    private ModelConfiguration Read(GgufBuilder builder, float[]? divisors = null)
    {
        builder.Tensor("token_embd.weight", 0, 0, 128, 1);
        if (divisors is not null) builder.Tensor("rope_freqs.weight", 0, 512, divisors.Length);
        builder.Data = [.. new byte[512], .. MemoryMarshal.AsBytes(divisors.AsSpan())];
        return ModelConfiguration.Load(_folder.Write("model.gguf", builder.Build()));
    }
}
