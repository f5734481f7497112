using System.Text.Json;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>
/// The tiny checkpoints and GGUF files through opening, loading and the engine, on the CPU and on the reference device in
/// double: logits and greedy tokens of transformers 5.23. Tolerances are those of the fixtures' INDEX.
/// </summary>
public sealed class GoldenLogitsTests
{
    public static TheoryData<string, string> Checkpoints() => GoldenModelTests.Cases();

    public static TheoryData<string, string> Files()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in new[] { "llama.F32.gguf", "llama.Q8_0.gguf", "qwen2.F32.gguf", "qwen2.Q8_0.gguf", "qwen3.F32.gguf", "qwen3.Q8_0.gguf" })
        {
            data.Add(file, "cpu");
            data.Add(file, "reference");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Logits_of_a_checkpoint_are_those_of_float64(string folder, string deviceName)
    {
        using var device = Make(deviceName);
        using var model = Load(FixtureModels.Folder(folder), device);
        using var golden = SafetensorsFile.Open(Path.Combine(FixtureModels.Folder(folder), "golden.safetensors"));
        var sequences = SharedFolder.Json("fixtures", "models", folder, "golden.json").GetProperty("sequences");
        string[] names = ["n1", "n7", "n33", "n96"];
        using var run = new EngineRun(model, [.. names.Select(n => Ids(sequences.GetProperty(n).GetProperty("ids")))]);
        var compared = 0;
        // Stored rounded to float32, which for logits up to 16 is within 5e-7.
        Compare("n1", "logits64.n1", 0);
        Compare("n7", "logits64.n7", 0);
        Compare("n33", "logits64_rounded32.n33", 5e-7);
        Compare("n96", "logits64.n96_last8", 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} logits of {names.Length} sequences");

        void Compare(string sequence, string tensor, double rounding)
        {
            var info = golden.Info(tensor);
            var (rows, vocabulary) = ((int)info.Shape[0], (int)info.Shape[1]);
            var expected = new double[info.Count];
            golden.ReadDouble(tensor, expected);
            var length = Ids(sequences.GetProperty(sequence).GetProperty("ids")).Length;
            for (var row = 0; row < rows; row++)
            {
                var logits = run.Logits(Array.IndexOf(names, sequence), length - rows + row);
                Worst(logits, expected.AsSpan(row * vocabulary, vocabulary)).ShouldBeLessThan(rounding + (deviceName == "cpu" ? 1e-4 : 1e-9), $"{sequence}, row {row}");
                compared += vocabulary;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Greedy_tokens_of_a_checkpoint_are_those_of_transformers(string folder, string deviceName)
    {
        using var device = Make(deviceName);
        using var model = Load(FixtureModels.Folder(folder), device);
        var golden = SharedFolder.Json("fixtures", "models", folder, "golden.json").GetProperty("greedy").EnumerateArray().ToArray();
        var expected = golden.Select(g => Ids(g.GetProperty("ids"))).ToArray();
        var greedy = EngineRun.Greedy(model, [.. golden.Select((g, i) => (Ids(g.GetProperty("prompt")), expected[i].Length))]);
        for (var i = 0; i < golden.Length; i++) greedy[i].ShouldBe(expected[i]);
        TestContext.Current.TestOutputHelper?.WriteLine($"{golden.Length} prompts");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Logits_of_a_gguf_file_are_those_of_its_dequantised_weights(string file, string deviceName)
    {
        using var device = Make(deviceName);
        using var model = Load(FixtureModels.Gguf(file), device);
        var golden = SharedFolder.Json("fixtures", "gguf", "golden.json").GetProperty(file);
        var ids = Ids(golden.GetProperty("input_ids"));
        using var run = new EngineRun(model, ids);
        var logits = run.Logits(0, ids.Length - 1);
        var expected = golden.GetProperty("last_logits").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        Worst(logits, expected).ShouldBeLessThan(1e-4);
        var next = golden.GetProperty("next_token_logprobs").EnumerateArray().Select(e => e.GetDouble()).ToArray();
        next.Length.ShouldBe(ids.Length - 1);
        for (var t = 0; t < next.Length; t++) run.LogProbability(0, t).ShouldBe(next[t], 1e-4);
        TestContext.Current.TestOutputHelper?.WriteLine($"{expected.Length} logits, {next.Length} log-probabilities");
    }

    [Fact]
    public void Every_golden_gguf_file_is_in_the_list() =>
        SharedFolder.Json("fixtures", "gguf", "golden.json").EnumerateObject().Select(f => f.Name).Order(StringComparer.Ordinal).ShouldBe(Files().Select(f => f.Data.Item1).Distinct().Order(StringComparer.Ordinal));

    private static double Worst(double[] actual, ReadOnlySpan<double> expected)
    {
        actual.Length.ShouldBe(expected.Length);
        var worst = 0.0;
        for (var i = 0; i < actual.Length; i++) worst = Math.Max(worst, double.IsNaN(actual[i]) ? double.PositiveInfinity : Math.Abs(actual[i] - expected[i]));
        return worst;
    }

    internal static int[] Ids(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    private static Device Make(string name) => name == "cpu" ? Device.Cpu(2) : Device.Reference();

    private static LanguageModel Load(string path, Device device)
    {
        using var opened = PretrainedModel.Open(path);
        return opened.LoadWeights(device);
    }
}
