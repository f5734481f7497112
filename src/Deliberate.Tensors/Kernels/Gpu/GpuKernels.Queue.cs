using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;

namespace Deliberate.Tensors;

/// <summary>What a step decides about itself, and what is chosen from rows of logits, without the host.</summary>
internal sealed partial class GpuKernels
{
    private const int NormSlot = 7, FlawSlot = 8, DecisionSlot = 9;

    private readonly Lazy<Action<Index1D, Floats, Floats, int>> _lanes =
        new(() => device.Loader.Load<Floats, Floats, int>(GpuQueueCode.Sum));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int>> _finite =
        new(() => device.Loader.Load<Floats, Floats, int, int>(GpuQueueCode.Finite));

    private readonly Lazy<Action<Index1D, Floats, Floats>> _root =
        new(() => device.Loader.Load<Floats, Floats>(GpuQueueCode.Root));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, float>> _decide =
        new(() => device.Loader.Load<Floats, Floats, Floats, float>(GpuQueueCode.Decide));

    private readonly Lazy<Action<Index1D, Floats, Floats, float>> _divide =
        new(() => device.Loader.Load<Floats, Floats, float>(GpuQueueCode.Divide));

    private readonly Lazy<Action<Index1D, Floats, Floats, int, int>> _largestOfLane =
        new(() => device.Loader.Load<Floats, Floats, int, int>(GpuQueueCode.LargestOfLane));

    private readonly Lazy<Action<Index1D, Floats, Floats, int>> _largestOfRow =
        new(() => device.Loader.Load<Floats, Floats, int>(GpuQueueCode.LargestOfRow));

    private DeviceBuffer? _followed;
    private bool _hasNeutral;

    /// <summary>What updates look at: of the step in the making, or one that lets everything through as it is.</summary>
    private Floats Decision
    {
        get
        {
            if (_followed is not null) return View(_followed);
            var neutral = Scratch(DecisionSlot, 3);
            if (!_hasNeutral) GpuCopies.ToCard([0f, 1f, 1f], neutral);
            _hasNeutral = true;
            return neutral;
        }
    }

    public void Decide(DeviceBuffer gradients, ReadOnlySpan<(long Offset, long Length)> pieces, double clip, DeviceBuffer record, long first, int rows, int columns)
    {
        using var held = device.Gate.EnterScope();
        var blocks = 0;
        foreach (var (_, length) in pieces) blocks += BlocksOf(length);
        var sums = Scratch(0, Math.Max(1, blocks));
        var at = 0;
        foreach (var (offset, length) in pieces)
        {
            if (length == 0) continue;
            _sumOfSquares.Value(BlocksOf(length), View(gradients, offset), sums.SubView(at, BlocksOf(length)), checked((int)length));
            at += BlocksOf(length);
        }

        Floats lanes = Scratch(NormSlot, GpuQueueCode.Lanes), flaws = Scratch(FlawSlot, GpuQueueCode.Lanes);
        _lanes.Value(GpuQueueCode.Lanes, sums, lanes, blocks);
        _finite.Value(GpuQueueCode.Lanes, View(record, rows == 0 ? 0 : first), flaws, rows, columns);
        _decide.Value(1, lanes, flaws, View(record), (float)clip);
    }

    public void Follow(DeviceBuffer? record) => _followed = record;

    public void Largest(Tensor logits, Tensor chosen, int column, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count == 0) return;
        var lanes = Scratch(LaneSlot, rows.Count * GpuLogitCode.Lanes * 2L);
        _largestOfLane.Value(rows.Count * GpuLogitCode.Lanes, View(logits, rows.Begin), lanes, logits.Columns, logits.Stride);
        _largestOfRow.Value(rows.Count, lanes, View(chosen, rows.Begin).SubView(column), chosen.Stride);
    }

    /// <summary>The root of the sum of squares, to the first element.</summary>
    private void Norm(Floats values, int length, Floats norm)
    {
        var blocks = BlocksOf(length);
        var sums = Scratch(0, blocks);
        _sumOfSquares.Value(blocks, values, sums.SubView(0, blocks), length);
        var lanes = Scratch(FlawSlot, GpuQueueCode.Lanes);
        _lanes.Value(GpuQueueCode.Lanes, sums, lanes, blocks);
        _root.Value(1, lanes, norm);
    }

    private static int BlocksOf(long length) => checked((int)((length + GpuUpdateCode.SumBlock - 1) / GpuUpdateCode.SumBlock));
}
