using System.Text.Json;
using Deliberate.Models;
using Deliberate.Tensors;
using Deliberate.Testing;

namespace Deliberate.Models.Tests;

/// <summary>
/// Tiny checkpoints written by transformers 5.23 (torch 2.13) with float64 log-probabilities, entropies, losses and gradients.
/// Tolerances are those of the fixtures' INDEX.
/// </summary>
public sealed class GoldenModelTests
{
    public static TheoryData<string, string> Cases()
    {
        var data = new TheoryData<string, string>();
        foreach (var folder in Folders())
        {
            data.Add(folder, "cpu");
            data.Add(folder, "reference");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Log_probabilities_entropies_and_gradients_are_those_of_transformers(string folder, string deviceName)
    {
        var path = SharedFolder.Path("fixtures", "models", folder);
        var golden = SharedFolder.Json("fixtures", "models", folder, "golden.json");
        using var tensors = WeightSource.Open(Path.Combine(path, "golden.safetensors"));
        using var device = deviceName == "cpu" ? Device.Cpu(2) : Device.Reference();
        var logTolerance = deviceName == "cpu" ? 1e-4 : 1e-9;
        var lossTolerance = deviceName == "cpu" ? 1e-5 : 1e-9;
        var gradientTolerance = deviceName == "cpu" ? 1e-4 : 1e-8;
        using var model = Open(path, device);
        using var graph = new TrainingGraph(model, 256, 8, 128);
        var compared = 0;
        foreach (var name in new[] { "n7", "n33", "n96" })
        {
            var ids = Ids(golden.GetProperty("sequences").GetProperty(name).GetProperty("ids"));
            var statistics = Run(graph, ids, 1);
            var logp = Read(tensors, "next_logprob64." + name);
            var entropy = Read(tensors, "entropy64." + name);
            for (var t = 0; t < logp.Length; t++) statistics[t * 4].ShouldBe(logp[t], logTolerance);
            for (var t = 0; t < entropy.Length; t++) statistics[(t * 4) + 1].ShouldBe(entropy[t], logTolerance);
            statistics = Run(graph, ids, 0.7);
            logp = Read(tensors, $"next_logprob64_t0.7.{name}");
            for (var t = 0; t < logp.Length; t++) statistics[t * 4].ShouldBe(logp[t], logTolerance);
            compared += (2 * logp.Length) + entropy.Length;
        }

        var loss = golden.GetProperty("cross_entropy");
        var sequence = Ids(golden.GetProperty("sequences").GetProperty(loss.GetProperty("sequence").GetString()!).GetProperty("ids"));
        var span = Ids(loss.GetProperty("target_span"));
        graph.Head.Temperature = 1;
        graph.Batch.Clear();
        graph.Batch.AddSequence(sequence, span[0], span[1]);
        graph.ForwardHidden();
        var targets = span[1] - span[0];
        for (var t = 0; t < graph.Batch.Tokens; t++) graph.Head.Upstream.Value.Write(2L * t, [t + 1 >= span[0] && t + 1 < span[1] ? -1.0 / targets : 0, 0]);
        graph.Backward();
        var total = 0.0;
        var stats = new double[4 * graph.Batch.Tokens];
        graph.Head.Statistics.Value.Read(0, stats);
        for (var t = span[0] - 1; t < span[1] - 1; t++) total -= stats[4 * t] / targets;
        var expected = loss.GetProperty("loss64").GetDouble();
        total.ShouldBe(expected, lossTolerance * expected);
        foreach (var norm in golden.GetProperty("gradient_norms64").EnumerateObject())
        {
            var parameter = model.Parameters[norm.Name];
            var gradient = new double[parameter.Length];
            model.Parameters.Gradients.Read(parameter.Offset, gradient);
            Math.Sqrt(gradient.Sum(g => g * g)).ShouldBe(norm.Value.GetDouble(), gradientTolerance * Math.Max(1e-2, norm.Value.GetDouble()), norm.Name);
            var whole = "grad64." + norm.Name;
            if (!tensors.Contains(whole)) continue;
            var truth = Read(tensors, whole);
            var scale = Math.Sqrt(truth.Sum(g => g * g));
            for (var i = 0; i < truth.Length; i++) gradient[i].ShouldBe(truth[i], gradientTolerance * scale);
            compared += truth.Length;
        }

        TestContext.Current.SendDiagnosticMessage($"{folder} on {deviceName}: {compared} values compared");
    }

    private static double[] Run(TrainingGraph graph, int[] ids, double temperature)
    {
        graph.Head.Temperature = temperature;
        graph.Batch.Clear();
        graph.Batch.AddSequence(ids, 1, ids.Length);
        graph.Forward();
        var statistics = new double[4 * ids.Length];
        graph.Head.Statistics.Value.Read(0, statistics);
        return statistics;
    }

    internal static LanguageModel Open(string path, Device device)
    {
        var model = new LanguageModel(device, ModelConfiguration.Load(path));
        using var weights = WeightSource.Open(path);
        model.Load(weights);
        model.Pack(training: true);
        return model;
    }

    internal static string[] Folders()
    {
        var root = Path.Combine(SharedFolder.Root ?? "", "fixtures", "models");
        if (SharedFolder.Root is null) return ["llama"];
        return [.. Directory.GetDirectories(root).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];
    }

    private static int[] Ids(JsonElement element) => [.. element.EnumerateArray().Select(e => e.GetInt32())];

    private static double[] Read(ITensorSource source, string name)
    {
        var values = new double[source.Info(name).Count];
        source.ReadDouble(name, values);
        return values;
    }
}
