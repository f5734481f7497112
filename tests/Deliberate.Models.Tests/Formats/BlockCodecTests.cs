using Deliberate.Testing;
using System.Runtime.InteropServices;

namespace Deliberate.Models.Tests;

public sealed class BlockCodecTests
{
    /// <summary>Blocks and values of gguf-py's reference.</summary>
    [Fact]
    public void Golden_blocks_decode_and_encode_bit_for_bit()
    {
        int decoded = 0, encoded = 0;
        foreach (var type in SharedFolder.Json("fixtures", "gguf", "blocks.json").EnumerateObject())
        {
            var stored = Enum.Parse<StoredType>(type.Name);
            stored.BlockElements().ShouldBe(type.Value.GetProperty("block_size").GetInt32());
            stored.BlockBytes().ShouldBe(type.Value.GetProperty("block_bytes").GetInt32());
            foreach (var golden in type.Value.GetProperty("cases").EnumerateArray())
            {
                var bytes = Convert.FromHexString(golden.GetProperty("bytes_hex").GetString()!);
                var values = new float[golden.GetProperty("count").GetInt32()];
                Elements.ToSingle(stored, bytes, values);
                MemoryMarshal.AsBytes(values.AsSpan()).ToArray().ShouldBe(Convert.FromHexString(golden.GetProperty("float32_le_hex").GetString()!), $"{type.Name} {golden.GetProperty("name")}");
                decoded++;

                var wide = new double[values.Length];
                Elements.ToDouble(stored, bytes, wide);
                for (var i = 0; i < values.Length; i++) wide[i].ShouldBe(values[i]);

                if (!golden.TryGetProperty("from_float32_le_hex", out var from)) continue;
                var written = new byte[bytes.Length];
                Elements.FromSingle(stored, MemoryMarshal.Cast<byte, float>(Convert.FromHexString(from.GetString()!)), written);
                written.ShouldBe(bytes, type.Name);
                encoded++;
            }
        }

        decoded.ShouldBeGreaterThan(0);
        encoded.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{decoded} cases decoded, {encoded} encoded");
    }
}
