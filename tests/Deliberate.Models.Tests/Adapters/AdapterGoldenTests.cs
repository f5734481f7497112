using Deliberate.Tensors;

namespace Deliberate.Models.Tests;

/// <summary>Adapters of PEFT 0.21 over tiny checkpoints, with its float64 logits, merged weights and gradients; tolerances are those of the fixtures' INDEX.</summary>
public sealed class AdapterGoldenTests
{
    /// <summary>For logits of a float32 engine.</summary>
    private const double Tolerance = 2e-4;

    public static TheoryData<string, string, bool> Cases()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var name in AdapterFixture.Names())
        {
            foreach (var device in new[] { "cpu", "reference" })
            {
                data.Add(name, device, false);
                data.Add(name, device, true);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Logits_are_those_of_peft_beside_the_base_and_merged(string name, string deviceName, bool merged)
    {
        using var device = deviceName == "cpu" ? Device.Cpu(2) : Device.Reference();
        using var fixture = new AdapterFixture(name, device, merged);
        var (compared, worst) = (0, 0.0);
        foreach (var (sequence, tensor, tolerance) in new[] { ("n6", "logits64.n6", deviceName == "cpu" ? Tolerance : 1e-9), ("n25", "logits64_rounded32.n25", Tolerance) })
        {
            // The reference holds merged weights in double, but the files round them to float.
            var ids = fixture.Ids(sequence);
            using var run = new EngineRun(fixture.Model, ids);
            var expected = fixture.Values(tensor);
            for (var t = 0; t < ids.Length; t++)
            {
                var logits = run.Logits(0, t);
                for (var v = 0; v < logits.Length; v++, compared++)
                {
                    worst = Math.Max(worst, Math.Abs(logits[v] - expected[(t * logits.Length) + v]));
                    logits[v].ShouldBe(expected[(t * logits.Length) + v], merged ? Math.Max(tolerance, 1e-5) : tolerance, $"{sequence}, token {t}, logit {v}");
                }
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name} on {deviceName}, {(merged ? "merged" : "beside")}: {compared} logits, worst error {worst:e1}");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scales_ranks_and_gradients_are_those_of_peft(string name, string deviceName, bool again)
    {
        using var device = deviceName == "cpu" ? Device.Cpu(2) : Device.Reference();
        using var fixture = new AdapterFixture(name, device);
        var (model, golden) = (fixture.Model, fixture.Golden);
        var file = fixture.Opened.Adapter!;
        foreach (var scale in golden.GetProperty("scaling").EnumerateObject()) file.Configuration.ScaleOf(scale.Name, file.Modules[scale.Name]).ShouldBe(scale.Value.GetDouble(), 1e-12);
        foreach (var rank in golden.GetProperty("ranks").EnumerateObject())
        {
            file.Modules[rank.Name].ShouldBe(rank.Value.GetInt32());
            file.Configuration.RankOf(rank.Name).ShouldBe(rank.Value.GetInt32());
        }

        model.Trained.Count.ShouldBe(golden.GetProperty("trainable_parameters").GetInt64());
        file.Parameters.ShouldBe(model.Trained.Count);
        model.Pack(training: true);
        // What is made again changes nothing.
        using var graph = new TrainingGraph(model, 64, 4, 64, recomputation: again ? Recomputation.Layers : Recomputation.Elementwise);
        var entropy = golden.GetProperty("cross_entropy");
        var ids = fixture.Ids(entropy.GetProperty("sequence").GetString()!);
        int[] span = [.. entropy.GetProperty("target_span").EnumerateArray().Select(e => e.GetInt32())];
        graph.Batch.AddSequence(ids, span[0], span[1]);
        graph.ForwardHidden();
        for (var t = 0; t < ids.Length; t++) graph.Head.Upstream.Value.Write(2L * t, [t + 1 >= span[0] && t + 1 < span[1] ? -1.0 / (span[1] - span[0]) : 0, 0]);
        graph.Backward();
        var statistics = new double[4 * ids.Length];
        graph.Head.Statistics.Value.Read(0, statistics);
        (-Enumerable.Range(span[0] - 1, span[1] - span[0]).Sum(t => statistics[4 * t]) / (span[1] - span[0])).ShouldBe(entropy.GetProperty("loss32").GetDouble(), 1e-4);
        var compared = 0;
        foreach (var norm in golden.GetProperty("gradient_norms32").EnumerateObject())
        {
            var gradient = Gradient(model, norm.Name);
            Math.Sqrt(gradient.Sum(g => g * g)).ShouldBe(norm.Value.GetDouble(), 1e-4 * Math.Max(1, norm.Value.GetDouble()), norm.Name);
            compared++;
        }

        foreach (var tensor in fixture.Tensors.Names.Where(n => n.StartsWith("grad32.", StringComparison.Ordinal)))
        {
            var (gradient, expected) = (Gradient(model, tensor["grad32.".Length..]), fixture.Values(tensor));
            var size = Math.Sqrt(expected.Sum(g => g * g));
            for (var i = 0; i < expected.Length; i++, compared++) gradient[i].ShouldBe(expected[i], 1e-4 * Math.Max(1, size), tensor);
        }

        model.Parameters.HasGradients.ShouldBeFalse("the base is frozen");
        TestContext.Current.TestOutputHelper?.WriteLine($"{name} on {deviceName}: {compared} gradients and norms");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Merged_weights_are_those_of_peft_and_come_apart_again(string name)
    {
        using var device = Device.Cpu(1);
        using var fixture = new AdapterFixture(name, device);
        var source = new MergedTensors(fixture.Opened, fixture.Opened.Adapter!);
        var compared = 0;
        foreach (var tensor in fixture.Tensors.Names.Where(n => n.StartsWith("merged64.", StringComparison.Ordinal)))
        {
            var (expected, found) = (fixture.Values(tensor), new double[fixture.Tensors.Info(tensor).Count]);
            source.ReadDouble(tensor["merged64.".Length..], found);
            for (var i = 0; i < found.Length; i++, compared++) found[i].ShouldBe(expected[i], 1e-12);
        }

        compared.ShouldBeGreaterThan(0);
        using var folder = new TemporaryFolder();
        MergedModel.Write(folder.File("merged"), fixture.Opened, source);
        using var merged = PretrainedModel.Open(folder.File("merged"));
        if (fixture.Opened.Adapter!.Saved.Count > 0)
        {
            Should.Throw<Core.UserError>(() => new MergedTensors(merged, fixture.Opened.Adapter!, unmerge: true)).Message.ShouldContain("no longer hold");
            return;
        }

        var apart = new MergedTensors(merged, fixture.Opened.Adapter!, unmerge: true);
        foreach (var parameter in ParameterNames.Of(merged.Configuration))
        {
            float[] before = new float[fixture.Opened.Weights.Info(parameter.Name).Count], after = new float[before.Length];
            fixture.Opened.Weights.Read(parameter.Name, before);
            apart.Read(parameter.Name, after);
            for (var i = 0; i < before.Length; i++) after[i].ShouldBe(before[i], 1e-6f, parameter.Name);
        }
    }

    public static TheoryData<string> Names() => [.. AdapterFixture.Names()];

    private static double[] Gradient(LanguageModel model, string name)
    {
        var parameter = model.Trained[name.Replace(".modules_to_save.default.", ".", StringComparison.Ordinal).Replace(".default.", ".", StringComparison.Ordinal)];
        var gradient = new double[parameter.Length];
        model.Trained.Gradients.Read(parameter.Offset, gradient);
        return gradient;
    }
}
