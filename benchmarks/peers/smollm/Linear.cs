using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

/// <summary>What is trained.</summary>
enum Trained { Nothing, Whole, Adapter }

/// <summary>A weight of stacked matrices; with a rank, frozen, and beside it the update of each matrix: their A stacked, so that one product serves them all.</summary>
sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Parameter? _down;
    private readonly Parameter[] _ups = [];

    public Linear(Tensor weight, long[] outputs, Trained trained, int rank)
    {
        _weight = trained == Trained.Whole ? nn.Parameter(weight) : weight;
        if (trained != Trained.Adapter) return;
        _down = nn.Parameter(randn(outputs.Length * rank, weight.shape[1]) * 0.02);
        _ups = [.. outputs.Select(o => nn.Parameter(zeros(o, rank)))];
    }

    public IEnumerable<Parameter> Parameters => _weight is Parameter whole ? [whole] : _down is null ? [] : [_down, .. _ups];

    public Tensor Apply(Tensor x)
    {
        if (_down is null) return F.linear(x, _weight);
        var low = (F.linear(x, _down) * 2).chunk(_ups.Length, -1);
        var update = _ups.Length == 1 ? F.linear(low[0], _ups[0]) : cat([.. _ups.Select((up, i) => F.linear(low[i], up))], -1);
        return F.linear(x, _weight) + update;
    }
}
