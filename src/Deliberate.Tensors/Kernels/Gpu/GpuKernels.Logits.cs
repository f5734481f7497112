using ILGPU;
using ILGPU.Runtime;
using Floats = ILGPU.ArrayView<float>;
using Ints = ILGPU.ArrayView<int>;

namespace Deliberate.Tensors;

/// <summary>
/// Log-probabilities: logits of some rows at a time by the product of every linear operation, then their statistics, the last of which is the
/// logarithm of the sum. The host reads none of it while a batch is trained on.
/// </summary>
internal sealed partial class GpuKernels
{
    /// <summary>Logits held at once where they are not kept.</summary>
    private const long MostLogits = 1 << 24;

    private const int LaneSlot = 4, LogitSlot = 5, LabelSlot = 6;

    private readonly Lazy<Action<Index1D, Floats, Floats, LogitRowsShape>> _scaleLogits =
        new(() => device.Loader.Load<Floats, Floats, LogitRowsShape>(GpuLogitCode.Scale));

    private readonly Lazy<Action<Index1D, Floats, Floats, LogitRowsShape>> _largest =
        new(() => device.Loader.Load<Floats, Floats, LogitRowsShape>(GpuLogitCode.Largest));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, LogitRowsShape>> _logitSums =
        new(() => device.Loader.Load<Floats, Floats, Floats, LogitRowsShape>(GpuLogitCode.Sums));

    private readonly Lazy<Action<Index1D, Floats, Floats, Ints, Floats, int, LogitRowsShape>> _statistics =
        new(() => device.Loader.Load<Floats, Floats, Ints, Floats, int, LogitRowsShape>(GpuLogitCode.Statistics));

    private readonly Lazy<Action<Index1D, Floats, Ints, Floats, Floats, LogitRowsShape>> _logitGradient =
        new(() => device.Loader.Load<Floats, Ints, Floats, Floats, LogitRowsShape>(GpuLogitCode.Gradient));

    private readonly Lazy<Action<Index1D, Floats, Floats, Floats, Floats, Floats, LogitRowsShape, int>> _distances =
        new(() => device.Loader.Load<Floats, Floats, Floats, Floats, Floats, LogitRowsShape, int>(GpuLogitCode.Distances));

    private readonly Lazy<Action<Index1D, Floats, Floats, Ints, Floats, Floats, Floats, LogitRowsShape, int>> _labelGradient =
        new(() => device.Loader.Load<Floats, Floats, Ints, Floats, Floats, Floats, LogitRowsShape, int>(GpuLogitCode.LabelGradient));

    private readonly Lazy<Action<Index1D, Floats, Ints, Floats, LogitRowsShape>> _distance =
        new(() => device.Loader.Load<Floats, Ints, Floats, LogitRowsShape>(GpuLogitCode.Distance));

    public float LogProbabilityOf(float z, float max, float last) => TokenStatistics.OfLogSum(z, max, last);

    public void LogProbability(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        foreach (var piece in Pieces(rows, head.Rows))
        {
            var logits = Scratch(LogitSlot, (long)piece.Count * head.Rows);
            Logits(x, head, piece, logits, head.Rows);
            Fill(logits, ShapeOf(head.Rows, head.Rows, statistics, null, shape), Integers(targets, piece.Begin), View(statistics, piece.Begin), piece.Count);
        }
    }

    public void LogitStatistics(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        Fill(View(logits, rows.Begin), ShapeOf(logits.Columns, logits.Stride, statistics, null, shape), Integers(targets, rows.Begin), View(statistics, rows.Begin), rows.Count);
    }

    public void LogProbabilityBackward(Tensor x, LinearWeight head, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        var z = Gradient(logits, rows.Begin - firstRow);
        var sizes = ShapeOf(head.Rows, logits.Stride, statistics, upstream, shape);
        Logits(x, head, rows, z, logits.Stride);
        Fill(z, sizes, Integers(targets, rows.Begin), View(statistics, rows.Begin), rows.Count);
        if (rows.Count > 0) _logitGradient.Value(rows.Count * head.Rows, z, Integers(targets, rows.Begin), View(statistics, rows.Begin), View(upstream, rows.Begin), sizes);
    }

    public void LogitGradient(Tensor logits, LogitShape shape, DeviceBuffer targets, Tensor statistics, Tensor upstream, Rows rows)
    {
        using var held = device.Gate.EnterScope();
        if (rows.Count > 0)
            _logitGradient.Value(rows.Count * logits.Columns, View(logits, rows.Begin), Integers(targets, rows.Begin), View(statistics, rows.Begin), View(upstream, rows.Begin), ShapeOf(logits.Columns, logits.Stride, statistics, upstream, shape));
    }

    public void SoftLabelBackward(
        Tensor x, LinearWeight head, LogitShape shape, SoftLabels labels, DeviceBuffer targets, Tensor statistics, Tensor upstream, Tensor logits, int firstRow, Rows rows, Scratch scratch)
    {
        using var held = device.Gate.EnterScope();
        var sizes = ShapeOf(head.Rows, logits.Stride, statistics, upstream, shape);
        var labelSizes = ShapeOf(head.Rows, head.Rows, statistics, upstream, labels.Shape);
        foreach (var piece in Pieces(rows, head.Rows))
        {
            Floats z = Gradient(logits, piece.Begin - firstRow), row = View(statistics, piece.Begin), y = Scratch(LogitSlot, (long)piece.Count * head.Rows), labelRow = Scratch(LabelSlot, (long)piece.Count * statistics.Stride);
            var aims = Integers(targets, piece.Begin);
            Logits(x, head, piece, z, logits.Stride);
            Fill(z, sizes, aims, row, piece.Count, hasTargets: false);
            Logits(labels.Hidden, labels.Head, piece, y, head.Rows);
            Fill(y, labelSizes, aims, labelRow, piece.Count, hasTargets: false);
            var lanes = Scratch(LaneSlot, piece.Count * GpuLogitCode.Lanes * 2L);
            _distances.Value(piece.Count * GpuLogitCode.Lanes, z, y, row, labelRow, lanes, sizes, head.Rows);
            _labelGradient.Value(piece.Count * head.Rows, z, y, aims, row, labelRow, View(upstream, piece.Begin), sizes, head.Rows);
            _distance.Value(piece.Count, lanes, aims, row, sizes);
        }
    }

    private static LogitRowsShape ShapeOf(int columns, int row, Tensor statistics, Tensor? upstream, LogitShape shape) => new(columns, row, statistics.Stride, upstream?.Stride ?? 0, (float)shape.Scale, (float)shape.SoftCap);

    private static IEnumerable<Rows> Pieces(Rows rows, int columns)
    {
        var atOnce = (int)Math.Clamp(MostLogits / columns, 1, 1 << 20);
        for (var row = rows.Begin; row < rows.End; row += atOnce) yield return new Rows(row, Math.Min(row + atOnce, rows.End));
    }

    private void Logits(Tensor x, LinearWeight head, Rows rows, Floats logits, int row)
    {
        var place = Place(head);
        Multiply(View(x, rows.Begin), x.Stride, 1, place.View, place.Input, place.Output, logits, row, rows.Count, head.Rows, head.Columns);
    }

    /// <summary>Logits become z in place; the rows get their statistics.</summary>
    private void Fill(Floats logits, LogitRowsShape sizes, Ints targets, Floats statistics, int rows, bool hasTargets = true)
    {
        if (rows == 0) return;
        var lanes = Scratch(LaneSlot, rows * GpuLogitCode.Lanes * 2L);
        _scaleLogits.Value(rows * GpuLogitCode.Lanes, logits, lanes, sizes);
        _largest.Value(rows, lanes, statistics, sizes);
        _logitSums.Value(rows * GpuLogitCode.Lanes, logits, statistics, lanes, sizes);
        _statistics.Value(rows, logits, lanes, targets, statistics, hasTargets ? 1 : 0, sizes);
    }
}
