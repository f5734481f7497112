using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>What a card decides and computes behind the host's back: updates, the end of a step, the likeliest token, gradients of losses.</summary>
public sealed class GpuQueueTests(GpuQueueTests.Card card) : IClassFixture<GpuQueueTests.Card>
{
    private Device Device => card.Device;

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    [InlineData(OptimizerKind.Sgd)]
    internal void Updates_are_the_references_clipped_and_behind_the_hosts_back(OptimizerKind kind)
    {
        using var reference = Device.Reference();
        var (found, expected) = (Steps(Device, kind), Steps(reference, kind));
        for (var i = 0; i < expected.Values.Length; i++) found.Values[i].ShouldBe(expected.Values[i], 1e-4, $"[{i}]");
        for (var i = 0; i < expected.Norms.Length; i++) found.Norms[i].ShouldBe(expected.Norms[i], 1e-5 * expected.Norms[i]);
    }

    [Theory]
    [InlineData(float.NaN, 1f)]
    [InlineData(float.PositiveInfinity, 1f)]
    [InlineData(float.NegativeInfinity, 1f)]
    [InlineData(0.5f, float.NaN)]
    [InlineData(0.5f, float.NegativeInfinity)]
    [InlineData(1e30f, 1f)]
    public void A_gradient_or_a_row_that_is_not_finite_stops_the_update(float gradient, float row)
    {
        foreach (var kind in Enum.GetValues<OptimizerKind>())
        {
            using var store = Store(Device);
            using var optimizer = new Optimizer(Device, store, new OptimizerOptions { Kind = kind, ClipNorm = 1 });
            Fill(store, store.Gradients, 0);
            store.Gradients.Write(7, [gradient]);
            var before = Read(store.Values);
            using var record = Record(Device, row, out _);
            optimizer.Queue(record, 1);
            record.Read();
            optimizer.Conclude(record, 0, 1).Applied.ShouldBeFalse();
            optimizer.Steps.ShouldBe(0);
            Read(store.Values).ShouldBe(before);
            Read(optimizer.First).ShouldAllBe(v => v == 0);
        }
    }

    [Fact]
    public void The_end_of_a_step_is_read_once()
    {
        using var store = Store(Device);
        using var optimizer = new Optimizer(Device, store, new OptimizerOptions { Kind = OptimizerKind.Muon });
        Fill(store, store.Gradients, 0);
        using var record = Record(Device, 1, out var rows);
        var before = Device.HostReads;
        optimizer.Queue(record, 1);
        Device.HostReads.ShouldBe(before);
        record.Read();
        Device.HostReads.ShouldBe(before + 1);
        optimizer.Conclude(record, 0, 1).Applied.ShouldBeTrue();
        record.Span(0, 3).ToArray().ShouldBe(rows);
        record.Span(5, 1).ToArray().ShouldBe(rows[8..]);
    }

    [Fact]
    public void The_largest_of_a_row_is_the_first_of_equal_ones()
    {
        const int Rows = 5, Columns = 131;
        var random = new RandomStream(8, StreamStage.Test);
        var numbers = new float[Rows * Columns];
        foreach (ref var number in numbers.AsSpan()) number = -1 - (float)random.NextDouble();
        // Equal ones in lanes that come in another order than their columns; one alone; none but the last; all alike; without bounds.
        (numbers[70], numbers[3], numbers[129]) = (2, 2, 2);
        numbers[Columns + 64] = 0;
        numbers[(3 * Columns) - 1] = 0;
        numbers.AsSpan(3 * Columns, Columns).Fill(float.NegativeInfinity);
        numbers[(4 * Columns) + 100] = float.PositiveInfinity;
        using DeviceBuffer logits = Device.Allocate(numbers.Length), chosen = Device.Allocate(Rows * 16);
        logits.Write(0, numbers);
        ((IRowChoice)Device.Kernels).Largest(new Tensor(Columns, logits, stride: Columns), new Tensor(4, chosen), 12, new Rows(0, Rows));
        var found = Read(chosen);
        Enumerable.Range(0, Rows).Select(row => (int)found[(row * 16) + 12]).ShouldBe([3, 64, Columns - 1, 0, 100]);
    }

    /// <summary>What the driver compiles gives what the C# gives that it was compiled from, which is held against the objectives elsewhere.</summary>
    [Fact]
    public void Gradients_of_losses_are_compiled_to_what_they_say()
    {
        using var direct = GraphicsChoice.Emulate();
        using var launched = TestCards.RequiresOpenCl ? null : GraphicsChoice.Emulate(isDirect: false);
        foreach (var level in Enum.GetValues<PolicyWeightLevel>())
            foreach (var kind in Enum.GetValues<PolicyTermKind>())
                ShouldBeClose(PolicyGradient(launched ?? Device, kind, level), PolicyGradient(direct, kind, level), $"{kind} {level}");
        foreach (var kind in Enum.GetValues<HeadLossKind>())
            ShouldBeClose(HeadGradient(launched ?? Device, kind), HeadGradient(direct, kind), $"{kind}");
    }

    /// <summary>Three steps, the second one clipped.</summary>
    private static (double[] Values, double[] Norms) Steps(Device device, OptimizerKind kind)
    {
        using var store = Store(device);
        using var optimizer = new Optimizer(device, store, new OptimizerOptions { Kind = kind, LearningRate = 0.02, MuonLearningRate = 0.02, WeightDecay = 0.1, ClipNorm = 40 });
        var norms = new double[3];
        for (var step = 0; step < 3; step++)
        {
            Fill(store, store.Gradients, step, step == 1 ? 5 : 0.3);
            using var record = Record(device, 1, out _);
            optimizer.Queue(record, 0.7);
            record.Read();
            (norms[step], var applied) = optimizer.Conclude(record, 0, 0.7);
            applied.ShouldBeTrue();
        }

        return (Read(store.Values), norms);
    }

    private static ParameterStore Store(Device device)
    {
        var store = new ParameterStore(device);
        store.AddLinear("wide", blockMatrix: true, ("wide", 20, 33));
        store.AddLinear("tall", blockMatrix: true, ("tall", 37, 11));
        store.AddVector("norm", 19);
        store.MakeGradients();
        Fill(store, store.Values, 9);
        return store;
    }

    private static void Fill(ParameterStore store, DeviceBuffer buffer, int stream, double scale = 1)
    {
        var random = new RandomStream(5, StreamStage.Test, problem: stream);
        foreach (var parameter in store.Parameters)
        {
            var values = new float[parameter.Length];
            foreach (ref var value in values.AsSpan()) value = (float)(scale * random.NextNormal());
            buffer.Write(parameter.Offset, values);
        }
    }

    /// <summary>Of two micro-batches of three rows; the last row begins with a number of the test's.</summary>
    private static StepRecord Record(Device device, float last, out double[] rows)
    {
        var record = new StepRecord(device);
        using var buffer = device.Allocate(16);
        buffer.Write(0, [1f, 4, 0, 0, 2, 0, 0, 0, last, 5, 6, 7]);
        var tensor = new Tensor(4, buffer, stride: 4);
        record.Begin(4);
        record.Keep(tensor, 3).ShouldBe(0);
        record.Keep(tensor, 3).ShouldBe(3);
        rows = Read(buffer)[..12];
        return record;
    }

    private static double[] PolicyGradient(Device device, PolicyTermKind kind, PolicyWeightLevel level)
    {
        const int Sequences = 3, Length = 6, Count = Sequences * Length;
        var random = new RandomStream(6, StreamStage.Test);
        double[] statistics = new double[4 * Count];
        var tokens = new float[PolicyToken.Count * Count];
        for (var t = 0; t < Count; t++)
        {
            statistics[4 * t] = (float)(-1 - random.NextDouble());
            for (var k = 0; k < 3; k++) tokens[(PolicyToken.Count * t) + k] = (float)(statistics[4 * t] + (0.3 * random.NextNormal()));
            for (var k = 3; k < PolicyToken.Count; k++) tokens[(PolicyToken.Count * t) + k] = (float)random.NextNormal();
            tokens[(PolicyToken.Count * t) + PolicyToken.Weight] = t % 5 == 4 ? 0 : 0.2f;
        }

        using DeviceBuffer read = device.Allocate(4 * Count), written = device.Allocate(2 * Count);
        read.Write(0, statistics);
        var term = new PolicyTerm(kind, level, kind == PolicyTermKind.GeometricMean ? -0.2f : 0.8f, kind == PolicyTermKind.GeometricMean ? 0.2f : 1.2f, 1.4f, 1.1f, 0.5f, 1, 1.05f, 3, 2, 0.1f, 3, 0, 1, 1, 0.02f, 0);
        ((IQueuedLosses)device.Kernels).PolicyGradient(term, [0, 0, Length, Length, Length, Length, 2 * Length, 2 * Length, Length], [5, 0.1f, 5, 0, 5, -0.1f], tokens, new Tensor(4, read, stride: 4), new Tensor(2, written, stride: 2), Count);
        return Read(written);
    }

    private static double[] HeadGradient(Device device, HeadLossKind kind)
    {
        const int Rows = 8, Outputs = 3, Width = 4;
        var random = new RandomStream(7, StreamStage.Test);
        using DeviceBuffer value = device.Allocate(Rows * Outputs), gradient = device.Allocate(Rows * Outputs);
        value.Write(0, [.. Enumerable.Range(0, Rows * Outputs).Select(_ => (float)random.NextNormal())]);
        float[] numbers = [.. Enumerable.Range(0, Rows / 2 * Width).Select(_ => (float)random.NextDouble())];
        ((IQueuedLosses)device.Kernels).HeadGradient(kind, 0.3f, [0, 1, 2, 3, 4, 5, 6, 7], numbers, Width, new Tensor(Outputs, value, stride: Outputs) { Gradient = gradient }, Rows);
        return Read(gradient);
    }

    private static void ShouldBeClose(double[] found, double[] expected, string what)
    {
        expected.ShouldContain(v => v != 0, what);
        for (var i = 0; i < expected.Length; i++) found[i].ShouldBe(expected[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])), $"{what} [{i}]");
    }

    private static double[] Read(DeviceBuffer buffer)
    {
        var values = new double[buffer.Length];
        buffer.Read(0, values);
        return values;
    }

    /// <summary>Kernels are compiled once for all tests, on a device of their own: reads of other tests must not be counted.</summary>
    public sealed class Card : IDisposable
    {
        internal Device Device { get; } = TestCards.RequiresOpenCl ? GraphicsChoice.Open("gpu:opencl") : GraphicsChoice.Emulate();

        public void Dispose() => Device.Dispose();
    }
}
