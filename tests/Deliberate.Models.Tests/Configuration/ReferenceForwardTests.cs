using Deliberate.Testing;

namespace Deliberate.Models.Tests;

public sealed class ReferenceForwardTests
{
    /// <summary>Float64 logits of transformers 5.23, at positions 88 to 95 of 96: every rotary scaling, bias, norm and head layout.</summary>
    [Fact]
    public void Configuration_names_and_rotary_table_give_the_golden_logits()
    {
        var cases = 0;
        foreach (var folder in ModelConfigurationTests.Folders())
        {
            using var weights = WeightSource.Open(folder);
            using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
            var sequences = SharedFolder.Json("fixtures", "models", Path.GetFileName(folder), "golden.json").GetProperty("sequences");
            var ids = sequences.GetProperty("n96").GetProperty("ids").EnumerateArray().Select(e => e.GetInt32()).ToArray();
            var logits = new ReferenceForward(ModelConfiguration.Load(folder), weights).Logits(ids);
            var info = golden.Info("logits64.n96_last8");
            var expected = new double[info.Count];
            golden.ReadDouble(info.Name, expected);
            var actual = logits[^(int)info.Shape[0]..].SelectMany(row => row).ToArray();
            var worst = actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
            worst.ShouldBeLessThan(1e-9, folder);
            cases++;
        }

        cases.ShouldBeGreaterThan(0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} checkpoints");
    }

    /// <summary>Logits of torch float32 with the dequantised weights of the GGUF files.</summary>
    [Fact]
    public void Gguf_files_give_the_golden_logits()
    {
        var cases = 0;
        foreach (var file in SharedFolder.Json("fixtures", "gguf", "golden.json").EnumerateObject())
        {
            using var weights = (GgufWeights)WeightSource.Open(SharedFolder.Path("fixtures", "gguf", file.Name));
            ParameterNames.Check(weights.Configuration, weights);
            var ids = file.Value.GetProperty("input_ids").EnumerateArray().Select(e => e.GetInt32()).ToArray();
            var expected = file.Value.GetProperty("last_logits").EnumerateArray().Select(e => e.GetDouble()).ToArray();
            var actual = new ReferenceForward(weights.Configuration, weights).Logits(ids)[^1];
            actual.Zip(expected, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-4, file.Name);
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} files");
    }
}
