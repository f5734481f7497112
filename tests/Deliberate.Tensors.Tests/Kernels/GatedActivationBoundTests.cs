namespace Deliberate.Tensors.Tests;

/// <summary>
/// The bounds that <see cref="GatedActivationKernel{TL}"/> states for the activations and their derivatives over the whole range
/// of floats, read off the kernel with up = 1 and dy = 1; and that all widths of vector give the same bits.
/// </summary>
public sealed unsafe class GatedActivationBoundTests
{
    private const int Block = 4096;
    private const uint Stride = 3001;

    private static readonly Rows s_row = new(0, 1);

    /// <summary>From the gate to activation and derivative, with what their errors may be at most.</summary>
    private delegate (double Value, double Slope, double ValueBound, double SlopeBound) Exact(double g);

    [Fact]
    public void Silu_and_its_derivative_keep_their_bounds_over_all_floats() => Check(ActivationKind.Silu, float.MaxValue, g =>
    {
        var s = 1 / (1 + Math.Exp(-g));
        // 1 - s without cancellation.
        var rest = 1 / (1 + Math.Exp(g));
        double value = g * s, slope = s * (1 + (g * rest));
        // Where σ is no longer a normal float it stays at 4.2e-39, and the gate multiplies that.
        var saturated = g < -87 ? 4.3e-39 * Math.Abs(g) : 0;
        return (value, slope, (2.5e-7 * Math.Abs(value)) + float.Epsilon + saturated, g < 0 ? (2.5e-7 * s * (1 - g)) + float.Epsilon + saturated : 1.2e-6);
    });

    [Fact]
    public void Gelu_and_its_derivative_keep_their_bounds_over_all_floats() => Check(ActivationKind.TanhGelu, 1e19f, g =>
    {
        const double root = 0.7978845608028654, cubic = 0.044715;
        var u = root * (g + (cubic * g * g * g));
        var th = Math.Tanh(u);
        var rest = double.IsInfinity(Math.Cosh(u)) ? 0 : 1 / (Math.Cosh(u) * Math.Cosh(u));
        double value = 0.5 * g * (1 + th), slope = (0.5 * (1 + th)) + (0.5 * g * rest * root * (1 + (3 * cubic * g * g)));
        return (value, slope, (2e-7 * Math.Abs(g)) + float.Epsilon, 3e-6);
    });

    [Fact]
    public void Gates_that_are_not_finite_show()
    {
        using var device = Device.Cpu(1);
        using var bench = new Bench(device, new CpuKernels<Lanes512>(device), ActivationKind.Silu);
        bench.Run([float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        float.IsNaN(bench.Values[0]).ShouldBeTrue();
        float.IsNaN(bench.Slopes[0]).ShouldBeTrue();
        bench.Values[1].ShouldBe(float.PositiveInfinity);
        float.IsNaN(bench.Slopes[1]).ShouldBeTrue();
        bench.Values[2].ShouldBe(float.NegativeInfinity);
        bench.Slopes[2].ShouldBe(float.NegativeInfinity);
    }

    private static void Check(ActivationKind kind, float largest, Exact exact)
    {
        using var device = Device.Cpu(1);
        Bench[] benches =
        [
            new(device, new CpuKernels<Lanes512>(device), kind), new(device, new CpuKernels<Lanes256>(device), kind),
            new(device, new CpuKernels<Lanes128>(device), kind), new(device, new CpuKernels<LanesScalar>(device), kind),
        ];
        Worst value = default, slope = default;
        var count = FloatPatterns.Visit(Stride, Block, gates =>
        {
            foreach (var bench in benches) bench.Run(gates);
            for (var i = 0; i < Block; i++)
            {
                if (!(Math.Abs(gates[i]) <= largest)) continue;
                for (var b = 1; b < 3; b++)
                    if (benches[b].Values[i] != benches[0].Values[i] || benches[b].Slopes[i] != benches[0].Slopes[i]) throw new ShouldAssertException($"Widths {b} and 0 give different bits at {gates[i]:R}.");
                var (v, s, valueBound, slopeBound) = exact(gates[i]);
                foreach (var b in new[] { 0, 3 })
                {
                    value.Note(gates[i], Math.Abs(benches[b].Values[i] - v), valueBound);
                    slope.Note(gates[i], Math.Abs(benches[b].Slopes[i] - s), slopeBound);
                }
            }
        });
        foreach (var bench in benches) bench.Dispose();
        TestContext.Current.TestOutputHelper?.WriteLine($"{kind}, {count} floats: worst activation {value}; worst derivative {slope}");
        value.Share.ShouldBeLessThanOrEqualTo(1, value.ToString());
        slope.Share.ShouldBeLessThanOrEqualTo(1, slope.ToString());
    }

    private struct Worst
    {
        private double _error;
        private float _at;

        public double Share { get; private set; }

        public void Note(float at, double error, double bound)
        {
            var share = error == 0 ? 0 : error / bound;
            if (!(share <= Share)) (Share, _error, _at) = (double.IsNaN(share) ? double.PositiveInfinity : share, error, at);
        }

        public override readonly string ToString() => $"{Share:F3} of the bound, {_error:e2} at {_at:R}";
    }

    /// <summary>One row of the kernel: gates in, activations and derivatives out.</summary>
    private sealed class Bench : IDisposable
    {
        private readonly IKernels _kernels;
        private readonly ActivationKind _kind;
        private readonly Tensor _gateUp, _y;

        public Bench(Device device, IKernels kernels, ActivationKind kind)
        {
            (_kernels, _kind) = (kernels, kind);
            _gateUp = new Tensor(2 * Block, device.Allocate(Tensor.PaddedStride(2 * Block))) { Gradient = device.Allocate(Tensor.PaddedStride(2 * Block)) };
            _y = new Tensor(Block, device.Allocate(Tensor.PaddedStride(Block))) { Gradient = device.Allocate(Tensor.PaddedStride(Block)) };
            new Span<float>(_gateUp.F32(0) + Block, Block).Fill(1);
            new Span<float>(_y.GradientF32(0), Block).Fill(1);
        }

        public ReadOnlySpan<float> Values => new(_y.F32(0), Block);

        public ReadOnlySpan<float> Slopes => new(_gateUp.GradientF32(0), Block);

        public void Run(ReadOnlySpan<float> gates)
        {
            gates.CopyTo(new Span<float>(_gateUp.F32(0), Block));
            _kernels.GatedActivation(_kind, _gateUp, _y, s_row);
            _kernels.GatedActivationBackward(_kind, _gateUp, _y, s_row);
        }

        public void Dispose()
        {
            foreach (var tensor in new[] { _gateUp, _y })
            {
                tensor.Value.Dispose();
                tensor.Gradient!.Dispose();
            }
        }
    }
}
