using System.Text.Json;
using Deliberate.Testing;

namespace Deliberate.Tensors.Tests;

/// <summary>Updates of parameters against torch 2.13: shared/fixtures/optimizer.</summary>
public sealed class OptimizerGoldenTests
{
    [Theory]
    [InlineData("reference", 1e-10)]
    [InlineData("cpu", 2e-5)]
    public void Updates_are_those_of_torch(string deviceName, double tolerance)
    {
        using var device = Named(deviceName);
        var file = SharedFolder.Json("fixtures", "optimizer", "optimizers.json");
        var start = file.GetProperty("start").EnumerateArray().Select(Numbers).ToArray();
        var gradients = file.GetProperty("gradients").EnumerateArray().Select(t => t.EnumerateArray().Select(Numbers).ToArray()).ToArray();
        var cases = 0;
        double worst = 0;
        foreach (var (name, golden) in file.GetProperty("cases").EnumerateObject().Select(c => (c.Name, c.Value)))
        {
            using var tensors = new Disposables();
            var states = start.Select(values => new State(device, values, tensors)).ToArray();
            var steps = golden.GetProperty("steps64").EnumerateArray().ToArray();
            for (var s = 0; s < steps.Length; s++)
            {
                for (var i = 0; i < states.Length; i++) states[i].Gradients.Write(0, gradients[i][s]);
                if (golden.GetProperty("clip_global_norm") is { ValueKind: JsonValueKind.Number } clip)
                    Clip(device, states.Select(x => x.Gradients), clip.GetDouble()).ShouldBe(steps[s].GetProperty("gradient_norm_before_clipping").GetDouble(), tolerance * 10);
                for (var i = 0; i < states.Length; i++)
                {
                    Update(device, states[i], golden.GetProperty("settings"), i, steps[s].GetProperty("lr").GetDouble(), s + 1);
                    worst = Math.Max(worst, ShouldBeClose(Read(states[i].Values), Numbers(steps[s].GetProperty("parameters")[i]), tolerance, $"{name}, step {s}, tensor {i}"));
                }
            }

            for (var i = 0; i < states.Length; i++)
            {
                var state = golden.GetProperty("state64_at_end")[i];
                foreach (var (key, buffer) in new[] { ("exp_avg", states[i].First), ("exp_avg_sq", states[i].Second), ("max_exp_avg_sq", states[i].Maximum), ("momentum_buffer", states[i].First) })
                    if (state.TryGetProperty(key, out var expected)) ShouldBeClose(Read(buffer), Numbers(expected), tolerance, $"{name}, {key} at the end");
            }

            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases on {device.Name}, worst relative error {worst:e1}");
        cases.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("reference", 1e-10)]
    [InlineData("cpu", 2e-5)]
    public void Muon_is_that_of_torch_with_the_iteration_in_full_precision(string deviceName, double tolerance)
    {
        using var device = Named(deviceName);
        var cases = 0;
        double worst = 0;
        foreach (var (name, golden) in SharedFolder.Json("fixtures", "optimizer", "muon.json").GetProperty("cases").EnumerateObject().Select(c => (c.Name, c.Value)))
        {
            using var tensors = new Disposables();
            var state = new State(device, Numbers(golden.GetProperty("start")), tensors);
            var settings = golden.GetProperty("settings");
            var (rows, columns) = (golden.GetProperty("shape")[0].GetInt32(), golden.GetProperty("shape")[1].GetInt32());
            var ratio = settings.GetProperty("adjust_lr_fn").GetString() == "original" ? Math.Sqrt(Math.Max(1, (double)rows / columns)) : 0.2 * Math.Sqrt(Math.Max(rows, columns));
            var coefficients = Numbers(settings.GetProperty("ns_coefficients"));
            for (var s = 0; s < golden.GetProperty("gradients").GetArrayLength(); s++)
            {
                state.Gradients.Write(0, Numbers(golden.GetProperty("gradients")[s]));
                var step = new MuonStep(
                    golden.GetProperty("lr")[s].GetDouble(), Get(settings, "momentum"), Get(settings, "weight_decay"), settings.GetProperty("nesterov").GetBoolean(), ratio,
                    settings.GetProperty("ns_steps").GetInt32(), coefficients[0], coefficients[1], coefficients[2], Get(settings, "eps"));
                device.Kernels.Muon(step, state.Values, state.Gradients, state.First, 0, rows, columns, 0, device.Scratches[0]);
                worst = Math.Max(worst, ShouldBeClose(Read(state.Values), Numbers(golden.GetProperty("float64_steps")[s]), tolerance, $"{name}, step {s}"));
            }

            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases on {device.Name}, worst relative error {worst:e1}");
        cases.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData("reference", 1e-12)]
    [InlineData("cpu", 2e-6)]
    public void Clipping_is_that_of_torch(string deviceName, double tolerance)
    {
        using var device = Named(deviceName);
        var cases = 0;
        foreach (var golden in SharedFolder.Json("fixtures", "optimizer", "clipping.json").GetProperty("cases").EnumerateArray())
        {
            using var tensors = new Disposables();
            var states = golden.GetProperty("gradients").EnumerateArray().Select(g => new State(device, Numbers(g), tensors)).ToArray();
            Clip(device, states.Select(s => s.Values), golden.GetProperty("max_norm").GetDouble()).ShouldBe(golden.GetProperty("norm").GetDouble(), tolerance * 10);
            for (var i = 0; i < states.Length; i++) ShouldBeClose(Read(states[i].Values), Numbers(golden.GetProperty("clipped")[i]), tolerance, $"case {cases}, tensor {i}");
            cases++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{cases} cases on {device.Name}");
        cases.ShouldBeGreaterThan(0);
    }

    /// <summary>g ·= min(1, max / (‖g‖ + 1e-6)); returns the norm before.</summary>
    private static double Clip(Device device, IEnumerable<DeviceBuffer> gradients, double max)
    {
        var norm = Math.Sqrt(gradients.Sum(g => device.Kernels.SumOfSquares(g, 0, g.Length)));
        foreach (var g in gradients) device.Kernels.Scale(g, 0, g.Length, Math.Min(1, max / (norm + 1e-6)));
        return norm;
    }

    private static void Update(Device device, State state, JsonElement settings, int tensor, double rate, int number)
    {
        var decay = !settings.TryGetProperty("weight_decay", out var d) ? 0 : d.ValueKind == JsonValueKind.Array ? d[tensor].GetDouble() : d.GetDouble();
        if (settings.TryGetProperty("betas", out var betas))
        {
            var step = new AdamWStep(rate, betas[0].GetDouble(), betas[1].GetDouble(), Get(settings, "eps"), decay, number, Flag(settings, "decay_is_in_the_gradient"));
            device.Kernels.AdamW(step, state.Values, state.Gradients, state.First, state.Second, Flag(settings, "amsgrad") ? state.Maximum : null, 0, state.Values.Length, 0);
            return;
        }

        var momentum = Get(settings, "momentum");
        var sgd = new SgdStep(rate, momentum, settings.TryGetProperty("dampening", out _) ? Get(settings, "dampening") : 0, decay, Flag(settings, "nesterov"), number == 1);
        device.Kernels.Sgd(sgd, state.Values, state.Gradients, momentum == 0 ? null : state.First, 0, state.Values.Length, 0);
    }

    private static double ShouldBeClose(double[] found, double[] expected, double tolerance, string what)
    {
        found.Length.ShouldBe(expected.Length);
        double worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            var error = Math.Abs(found[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i]));
            worst = Math.Max(worst, error);
            error.ShouldBeLessThan(tolerance, $"{what}, element {i}: {found[i]} for {expected[i]}");
        }

        return worst;
    }

    private static Device Named(string name) => name == "cpu" ? Device.Cpu(1) : Device.Reference();

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(x => x.GetDouble())];

    private static double Get(JsonElement settings, string name) => settings.GetProperty(name).GetDouble();

    private static bool Flag(JsonElement settings, string name) => settings.TryGetProperty(name, out var flag) && flag.GetBoolean();

    private static double[] Read(DeviceBuffer buffer)
    {
        var values = new double[buffer.Length];
        buffer.Read(0, values);
        return values;
    }

    private sealed class Disposables : List<IDisposable>, IDisposable
    {
        public void Dispose() => ForEach(x => x.Dispose());
    }

    /// <summary>A tensor with its gradient and what an optimizer keeps.</summary>
    private sealed class State
    {
        public State(Device device, double[] values, Disposables owner)
        {
            var buffers = Enumerable.Range(0, 5).Select(_ => device.Allocate(values.Length)).ToArray();
            owner.AddRange(buffers);
            (Values, Gradients, First, Second, Maximum) = (buffers[0], buffers[1], buffers[2], buffers[3], buffers[4]);
            Values.Write(0, values);
        }

        public DeviceBuffer Values { get; }

        public DeviceBuffer Gradients { get; }

        public DeviceBuffer First { get; }

        public DeviceBuffer Second { get; }

        public DeviceBuffer Maximum { get; }
    }
}
