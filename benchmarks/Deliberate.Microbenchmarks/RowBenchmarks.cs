using BenchmarkDotNet.Attributes;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>Operations that keep to their row, for a block of 192 rows on one thread: RMS norm of the width, SwiGLU of the inner width.</summary>
public class RowBenchmarks
{
    private const int Tokens = 192;

    private static readonly Rows s_rows = new(0, Tokens);

    private Workbench _bench = null!;
    private Parameter _norm = null!;
    private Tensor _x = null!, _inverse = null!, _normed = null!, _gateUp = null!, _gated = null!;

    /// <summary>Width and inner width.</summary>
    [Params("S 192, 512", "M 384, 1024")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Shape[2..].Split(", ");
        int width = int.Parse(sizes[0]), inner = int.Parse(sizes[1]);
        _bench = new Workbench();
        _norm = _bench.Vector(width);
        (_x, _inverse, _normed) = (_bench.Tensor(Tokens, width), _bench.Tensor(Tokens, 1), _bench.Tensor(Tokens, width));
        (_gateUp, _gated) = (_bench.Tensor(Tokens, 2 * inner), _bench.Tensor(Tokens, inner));
        RmsNorm();
    }

    [Benchmark]
    public void RmsNorm() => _bench.Kernels.RmsNorm(_x, _norm, 0, 1e-5, null, _inverse, _normed, s_rows);

    [Benchmark]
    public void RmsNormBackward() => _bench.Kernels.RmsNormBackward(_x, _norm, 0, _inverse, _normed, s_rows);

    [Benchmark]
    public void SwiGlu() => _bench.Kernels.GatedActivation(ActivationKind.Silu, _gateUp, _gated, s_rows);

    [Benchmark]
    public void SwiGluBackward() => _bench.Kernels.GatedActivationBackward(ActivationKind.Silu, _gateUp, _gated, s_rows);

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();
}
