using BenchmarkDotNet.Attributes;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>Causal attention of one sequence, all heads, on one thread.</summary>
public class AttentionBenchmarks
{
    private Workbench _bench = null!;
    private AttentionShape _shape = null!;
    private Tensor _qkv = null!, _y = null!, _logSumExp = null!;
    private Rows _segment;

    /// <summary>Heads x head size, tokens.</summary>
    [Params("S 6x32, 64", "S 6x32, 256", "M 6x64, 256")]
    public string Sequence { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Sequence[2..].Split(["x", ", "], StringSplitOptions.None);
        int heads = int.Parse(sizes[0]), size = int.Parse(sizes[1]);
        _segment = new Rows(0, int.Parse(sizes[2]));
        _bench = new Workbench();
        _shape = new AttentionShape(heads, heads, size, 1 / Math.Sqrt(size));
        _qkv = _bench.Tensor(_segment.Count, _shape.Columns);
        _y = _bench.Tensor(_segment.Count, heads * size);
        _logSumExp = _bench.Tensor(_segment.Count, heads);
        Forward();
    }

    [Benchmark]
    public void Forward()
    {
        for (var head = 0; head < _shape.KeyHeads; head++) _bench.Kernels.Attention(_shape, _qkv, _y, _logSumExp, default, _segment, head, _bench.Scratch);
    }

    [Benchmark]
    public void Backward()
    {
        for (var head = 0; head < _shape.KeyHeads; head++) _bench.Kernels.AttentionBackward(_shape, _qkv, _y, _logSumExp, default, _segment, head, _bench.Scratch);
    }

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();
}
