using BenchmarkDotNet.Attributes;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>
/// The products of a linear layer for 1,024 tokens on one thread, 2·1024·outputs·inputs operations each, and for one token; the
/// layers are those of the shapes S and M.
/// </summary>
public class LinearBenchmarks
{
    private const int Tokens = 1024;

    private static readonly Rows s_all = new(0, Tokens), s_one = new(0, 1);

    private Workbench _bench = null!;
    private LinearWeight _weight = null!;
    private Tensor _x = null!, _y = null!;

    /// <summary>Outputs x inputs: q, k and v; the attention's output; gate and up; down; M's head.</summary>
    [Params("S 576x192", "S 192x192", "S 1024x192", "S 192x512", "M 1152x384", "M 384x384", "M 2048x384", "M 384x1024", "M 4096x384")]
    public string Layer { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Layer[2..].Split('x');
        int outputs = int.Parse(sizes[0]), inputs = int.Parse(sizes[1]);
        _bench = new Workbench();
        _weight = _bench.Weight(outputs, inputs);
        _x = _bench.Tensor(Tokens, inputs);
        _y = _bench.Tensor(Tokens, outputs);
    }

    [Benchmark]
    public void Forward() => _bench.Kernels.Linear(_x, _weight, null, null, _y, s_all, Share.Whole);

    [Benchmark]
    public void InputGradient() => _bench.Kernels.LinearBackward(_x, _weight, _y, 0, s_all, add: false, Share.Whole);

    [Benchmark]
    public void WeightGradient() => _bench.Kernels.LinearWeightGradient(_x, _weight, null, _y, 0, s_all, Share.Whole);

    [Benchmark]
    public void OneRow() => _bench.Kernels.Linear(_x, _weight, null, null, _y, s_one, Share.Whole);

    [Benchmark]
    public void Pack() => _bench.Kernels.Pack(_weight, training: true, Share.Whole);

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();
}
