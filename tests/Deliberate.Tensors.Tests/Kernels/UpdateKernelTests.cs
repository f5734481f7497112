using Deliberate.Core;
using FsCheck;
using FsCheck.Fluent;

namespace Deliberate.Tensors.Tests;

/// <summary>Updates of the CPU against the reference over lengths and offsets that fit no vector, and cut into pieces.</summary>
public sealed class UpdateKernelTests
{
    private const int Shapes = 40, Steps = 3;
    private const double Tolerance = 2e-5;

    private static Gen<(int Offset, int Length, int Piece)> Ranges { get; } =
        from offset in Gen.Choose(0, 40)
        from length in Gen.Choose(1, 300)
        from piece in Gen.Choose(1, 100)
        select (offset, length, piece);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Adam_matches_the_reference_and_leaves_the_rest_alone(bool maximum, bool decayInGradient) => Check((kernels, b, offset, length, number) =>
        kernels.AdamW(new AdamWStep(0.02, 0.9, 0.95, 1e-8, 0.1, number, decayInGradient), b[0], b[1], b[2], b[3], maximum ? b[4] : null, offset, length, offset));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Gradient_descent_matches_the_reference_and_leaves_the_rest_alone(bool nesterov) => Check((kernels, b, offset, length, number) =>
        kernels.Sgd(new SgdStep(0.02, 0.8, nesterov ? 0 : 0.3, 0.1, nesterov, number == 1), b[0], b[1], b[2], offset, length, offset));

    [Fact]
    public void Scaling_matches_the_reference_and_leaves_the_rest_alone() => Check((kernels, b, offset, length, _) => kernels.Scale(b[0], offset, length, 0.3));

    [Fact]
    public void Sum_of_squares_matches_the_reference()
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        Prop.ForAll(Ranges.ToArbitrary(), range =>
        {
            var sums = new[] { cpu, reference }.Select(device =>
            {
                using var buffer = Filled(device, 0, 400);
                return device.Kernels.SumOfSquares(buffer, range.Offset, range.Length);
            }).ToArray();
            // The CPU sums a block of the gradient in floats before it goes on in double.
            sums[0].ShouldBe(sums[1], 1e-6 * sums[1]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
    }

    [Fact]
    public void Muon_matches_the_reference()
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        double worst = 0;
        var shapes = from rows in Gen.Choose(2, 60)
                     from columns in Gen.Choose(2, 60)
                     from nesterov in Gen.Elements(false, true)
                     select (Rows: rows, Columns: columns, Nesterov: nesterov);
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            var step = new MuonStep(0.02, 0.95, 0.1, shape.Nesterov, 1, 5, 3.4445, -4.775, 2.0315, 1e-7);
            var results = new[] { cpu, reference }.Select(device =>
            {
                var length = shape.Rows * shape.Columns;
                using var values = Filled(device, 0, length + 16);
                using var gradients = Filled(device, 1, length + 16);
                using var momentum = Filled(device, 2, length + 16);
                device.Kernels.Muon(step, values, gradients, momentum, 16, shape.Rows, shape.Columns, 16, device.Scratches[0]);
                return Read(values);
            }).ToArray();
            worst = Math.Max(worst, WorstError(results[0], results[1]));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        worst.ShouldBeLessThan(Tolerance);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Shapes} shapes, worst error {worst:e1}");
    }

    /// <summary>
    /// Gradients whose singular values fall by ten from one to the next. Iterating on squares costs the small ones their digits; the
    /// update, whose singular values are at most about 1.2, must stay right to 1e-3 in every element.
    /// </summary>
    [Theory]
    [InlineData(24, 24)]
    [InlineData(24, 64)]
    [InlineData(130, 40)]
    [InlineData(70, 300)]
    public void Muon_of_a_badly_conditioned_gradient_stays_near_the_reference(int rows, int columns)
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        var step = new MuonStep(1, 0, 0, Nesterov: false, 1, 5, 3.4445, -4.775, 2.0315, 1e-7);
        var random = new RandomStream(6, StreamStage.Test);
        var gradient = new double[rows * columns];
        for (var rank = 0; rank < 8; rank++)
        {
            double[] left = new double[rows], right = new double[columns];
            foreach (ref var x in left.AsSpan()) x = random.NextNormal();
            foreach (ref var x in right.AsSpan()) x = random.NextNormal();
            for (var i = 0; i < gradient.Length; i++) gradient[i] += Math.Pow(10, -rank) * left[i / columns] * right[i % columns];
        }

        var updates = new[] { cpu, reference }.Select(device =>
        {
            using DeviceBuffer values = device.Allocate(gradient.Length), gradients = device.Allocate(gradient.Length), momentum = device.Allocate(gradient.Length);
            gradients.Write(0, gradient);
            device.Kernels.Muon(step, values, gradients, momentum, 0, rows, columns, 0, device.Scratches[0]);
            return Read(values);
        }).ToArray();
        var worst = updates[0].Zip(updates[1], (found, expected) => Math.Abs(found - expected)).Max();
        TestContext.Current.TestOutputHelper?.WriteLine($"{rows} x {columns}: worst error of an element {worst:e1}, largest element {updates[1].Max(Math.Abs):e1}");
        worst.ShouldBeLessThan(1e-3);
    }

    private static void Check(Action<IKernels, DeviceBuffer[], int, int, int> update)
    {
        using var cpu = Device.Cpu(1);
        using var reference = Device.Reference();
        double worst = 0;
        Prop.ForAll(Ranges.ToArbitrary(), range =>
        {
            var whole = Run(cpu, update, range.Offset, range.Length, range.Length);
            var cut = Run(cpu, update, range.Offset, range.Length, range.Piece);
            var exact = Run(reference, update, range.Offset, range.Length, range.Length);
            for (var i = 0; i < whole.Length; i++)
            {
                cut[i].ShouldBe(whole[i], $"buffer {i} of {range}");
                worst = Math.Max(worst, WorstError(whole[i], exact[i]));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Shapes));
        worst.ShouldBeLessThan(Tolerance);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Shapes} ranges, worst error {worst:e1}");
    }

    /// <summary>A few steps over the range, in pieces; all five buffers as they are afterwards.</summary>
    private static double[][] Run(Device device, Action<IKernels, DeviceBuffer[], int, int, int> update, int offset, int length, int piece)
    {
        var buffers = Enumerable.Range(0, 5).Select(i => i < 2 ? Filled(device, i, 400) : device.Allocate(400)).ToArray();
        for (var number = 1; number <= Steps; number++)
            for (var at = 0; at < length; at += piece) update(device.Kernels, buffers, offset + at, Math.Min(piece, length - at), number);
        var results = buffers.Select(Read).ToArray();
        foreach (var buffer in buffers) buffer.Dispose();
        return results;
    }

    private static double WorstError(double[] found, double[] expected)
    {
        double worst = 0;
        for (var i = 0; i < expected.Length; i++) worst = Math.Max(worst, Math.Abs(found[i] - expected[i]) / Math.Max(1, Math.Abs(expected[i])));
        return worst;
    }

    private static DeviceBuffer Filled(Device device, int index, int length)
    {
        var random = new RandomStream(5, StreamStage.Test, problem: index);
        var values = new double[length];
        for (var i = 0; i < length; i++) values[i] = (float)random.NextNormal();
        var buffer = device.Allocate(length);
        buffer.Write(0, values);
        return buffer;
    }

    private static double[] Read(DeviceBuffer buffer)
    {
        var values = new double[buffer.Length];
        buffer.Read(0, values);
        return values;
    }
}
