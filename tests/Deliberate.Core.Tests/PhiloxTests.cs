using Deliberate.Core;

namespace Deliberate.Core.Tests;

public sealed class PhiloxTests
{
    /// <summary>The known-answer vectors of Random123 1.09 (kat_vectors, philox4x32 10).</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Matches_the_published_vectors(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint x0, uint x1, uint x2, uint x3) =>
        Philox4x32.Block(c0, c1, c2, c3, k0, k1).ShouldBe((x0, x1, x2, x3));

    [Fact]
    public void A_stream_is_a_function_of_its_key_and_position()
    {
        var a = new RandomStream(7, StreamStage.Test, step: 3, problem: 5, sample: 2);
        var values = Enumerable.Range(0, 20).Select(_ => a.NextDouble()).ToArray();
        var b = new RandomStream(7, StreamStage.Test, step: 3, problem: 5, sample: 2);
        for (var i = 19; i >= 0; i--) b.UniformAt((ulong)i).ShouldBe(values[i]);
    }

    [Fact]
    public void Every_coordinate_of_the_key_changes_the_stream()
    {
        var first = new HashSet<double>
        {
            new RandomStream(1, StreamStage.Test).UniformAt(0), new RandomStream(2, StreamStage.Test).UniformAt(0),
            new RandomStream(1, StreamStage.Corpus).UniformAt(0), new RandomStream(1, StreamStage.Test, step: 1).UniformAt(0),
            new RandomStream(1, StreamStage.Test, problem: 1).UniformAt(0), new RandomStream(1, StreamStage.Test, sample: 1).UniformAt(0),
            new RandomStream(1, StreamStage.Test, attempt: 1).UniformAt(0), new RandomStream(1UL << 40, StreamStage.Test).UniformAt(0),
        };
        first.Count.ShouldBe(8);
    }

    [Fact]
    public void Uniform_and_normal_have_their_moments()
    {
        var stream = new RandomStream(11, StreamStage.Test);
        double sum = 0, sumOfSquares = 0, normalSum = 0, normalSquares = 0;
        const int Count = 200_000;
        for (var i = 0; i < Count; i++)
        {
            var u = stream.NextDouble();
            sum += u;
            sumOfSquares += u * u;
            var z = stream.NextNormal();
            normalSum += z;
            normalSquares += z * z;
        }

        (sum / Count).ShouldBe(0.5, 0.003);
        (sumOfSquares / Count).ShouldBe(1 / 3.0, 0.003);
        (normalSum / Count).ShouldBe(0, 0.01);
        (normalSquares / Count).ShouldBe(1, 0.015);
    }
}
