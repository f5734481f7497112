using BenchmarkDotNet.Attributes;
using Deliberate.Tensors;

namespace Deliberate.Microbenchmarks;

/// <summary>Softmax and cross-entropy with the product by the head, for 48 rows on one thread, as the tape cuts them.</summary>
public class LogProbabilityBenchmarks
{
    private const int Tokens = 48;

    private static readonly Rows s_rows = new(0, Tokens);

    private Workbench _bench = null!;
    private LinearWeight _head = null!;
    private Tensor _x = null!, _statistics = null!, _upstream = null!, _logits = null!;
    private DeviceBuffer _targets = null!;

    /// <summary>Vocabulary x width.</summary>
    [Params("S 96x192", "M 4096x384")]
    public string Head { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var sizes = Head[2..].Split('x');
        int vocabulary = int.Parse(sizes[0]), width = int.Parse(sizes[1]);
        _bench = new Workbench();
        _head = _bench.Weight(vocabulary, width);
        (_x, _logits) = (_bench.Tensor(Tokens, width), _bench.Tensor(Tokens, vocabulary));
        _statistics = new Tensor(4, _bench.Buffer(4 * Tokens), stride: 4);
        _upstream = new Tensor(2, _bench.Buffer(2 * Tokens), stride: 2);
        _targets = _bench.Integers(Tokens, vocabulary);
    }

    [Benchmark]
    public void Forward() => _bench.Kernels.LogProbability(_x, _head, new LogitShape(1), _targets, _statistics, s_rows, _bench.Scratch);

    /// <summary>Forward and gradient of the logits.</summary>
    [Benchmark]
    public void Backward() => _bench.Kernels.LogProbabilityBackward(_x, _head, new LogitShape(1), _targets, _statistics, _upstream, _logits, 0, s_rows);

    [GlobalCleanup]
    public void Cleanup() => _bench.Dispose();
}
