namespace Deliberate.Tensors;

/// <summary>
/// The work of a <see cref="LogProbabilityHead"/> whose matrix exceeds the caches (a vocabulary of tens of thousands): a chunk of rows at a
/// time, each worker taking a share of the outputs, so that the matrix is read once a chunk by all workers together, and logits are
/// held for a chunk only. Rows without a target can be left out, as their gradient is zero. The bits are those of any other way.
/// </summary>
internal sealed class LargeHead : IDisposable
{
    /// <summary>Elements of logits held at once, and rows that a chunk has at least.</summary>
    private const long ChunkElements = 1 << 24;

    private const int LeastRows = 48;

    /// <summary>Elements of a matrix from which a head is large: beyond the second-level caches.</summary>
    private const long Elements = 4 << 20;

    private readonly Tape _tape;
    private readonly Tensor _hidden, _x, _logits, _statistics, _upstream;
    private readonly LinearWeight _weight;
    private readonly DeviceBuffer _targets;
    private readonly int[] _rows;
    private readonly int _chunkRows;
    private readonly ProductJob _product;
    private readonly RowJob _row;
    private readonly GradientJob _gradient;

    public LargeHead(Tape tape, Tensor hidden, LinearWeight weight, bool training)
    {
        _tape = tape;
        (_hidden, _weight) = (hidden, weight);
        var device = tape.Device;
        _rows = new int[tape.TokenCapacity];
        _chunkRows = (int)Math.Min(tape.TokenCapacity, Math.Max(LeastRows, ChunkElements / Tensor.PaddedStride(weight.Rows) / LeastRows * LeastRows));
        _x = new Tensor(hidden.Columns, device.Allocate((long)_chunkRows * Tensor.PaddedStride(hidden.Columns)));
        if (training) _x.Gradient = device.Allocate((long)_chunkRows * _x.Stride);
        // The gradient takes the place of the logits.
        _logits = new Tensor(weight.Rows, device.Allocate((long)_chunkRows * Tensor.PaddedStride(weight.Rows)));
        _logits.Gradient = _logits.Value;
        _statistics = new Tensor(4, device.Allocate(_chunkRows * 4L), stride: 4);
        _upstream = new Tensor(2, device.Allocate(_chunkRows * 2L), stride: 2);
        _targets = device.AllocateInts(_chunkRows);
        (_product, _row, _gradient) = (new ProductJob(this), new RowJob(this), new GradientJob(this));
    }

    /// <summary>Whether a head is one.</summary>
    public static bool Is(LinearWeight weight) => (long)weight.Rows * weight.Columns >= Elements;

    /// <summary>Fills the rows' statistics; backward also writes the gradients of the hidden states and adds the weight's.</summary>
    /// <param name="onlyTargets">Leaves rows without a target out.</param>
    public void Run(LogitShape shape, Tensor statistics, Tensor upstream, bool onlyTargets, bool backward)
    {
        var tokens = _tape.Batch.Tokens;
        var count = 0;
        var targets = _tape.Batch.HostTargets;
        for (var row = 0; row < tokens; row++)
            if (!onlyTargets || targets[row] >= 0) _rows[count++] = row;

        statistics.Value.Clear(0, tokens * 4L);
        if (backward) _hidden.Gradient!.Clear(_hidden.GradientOffset, (long)tokens * _hidden.Stride);
        // Equal chunks: a short one would read the matrix for few rows.
        var chunks = (count + _chunkRows - 1) / _chunkRows;
        for (var chunk = 0; chunk < chunks; chunk++)
        {
            var (begin, end) = new Share(chunk, chunks).Of(count);
            var rows = _rows.AsSpan(begin, end - begin);
            Gather(rows, upstream);
            _product.Run(rows.Length);
            _row.Run(rows.Length, shape, backward);
            if (backward) _gradient.Run(rows.Length);
            Scatter(rows, statistics, backward);
        }
    }

    /// <summary>Gives the memory of logits back to the system.</summary>
    public void ReleaseMemory() => _logits.Value.ReleasePages();

    public void Dispose()
    {
        foreach (var buffer in new[] { _x.Value, _x.Gradient, _logits.Value, _statistics.Value, _upstream.Value, _targets }) buffer?.Dispose();
    }

    private void Gather(ReadOnlySpan<int> rows, Tensor upstream)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            _hidden.Value.CopyTo(_hidden.Offset + ((long)rows[i] * _hidden.Stride), _x.Value, (long)i * _x.Stride, _x.Columns);
            upstream.Value.CopyTo(rows[i] * 2L, _upstream.Value, i * 2L, 2);
            _tape.Batch.Targets.CopyTo(rows[i], _targets, i, 1);
        }
    }

    private void Scatter(ReadOnlySpan<int> rows, Tensor statistics, bool backward)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            _statistics.Value.CopyTo(i * 4L, statistics.Value, rows[i] * 4L, 4);
            if (backward) _x.Gradient!.CopyTo((long)i * _x.Stride, _hidden.Gradient!, _hidden.GradientOffset + ((long)rows[i] * _hidden.Stride), _x.Columns);
        }
    }

    /// <summary>Logits of a chunk, each worker some outputs.</summary>
    private sealed class ProductJob(LargeHead head) : ParallelJob
    {
        private int _count;

        public void Run(int count)
        {
            _count = count;
            head._tape.Device.Workers.Run(this);
        }

        public override void Execute(int worker) =>
            head._tape.Device.Kernels.Linear(head._x, head._weight, null, null, head._logits, new Rows(0, _count), new Share(worker, head._tape.Device.Workers.Count));
    }

    /// <summary>Statistics of a chunk, and the gradient in place of the logits, row by row.</summary>
    private sealed class RowJob(LargeHead head) : ParallelJob
    {
        private LogitShape _shape;
        private bool _backward;
        private int _count, _next;

        public void Run(int count, LogitShape shape, bool backward)
        {
            (_count, _shape, _backward, _next) = (count, shape, backward, -1);
            head._tape.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var kernels = head._tape.Device.Kernels;
            for (var row = Interlocked.Increment(ref _next); row < _count; row = Interlocked.Increment(ref _next))
            {
                var rows = new Rows(row, row + 1);
                kernels.LogitStatistics(head._logits, _shape, head._targets, head._statistics, rows);
                if (_backward) kernels.LogitGradient(head._logits, _shape, head._targets, head._statistics, head._upstream, rows);
            }
        }
    }

    /// <summary>The hidden states' gradient, each worker some columns, and the weight's, each some rows.</summary>
    private sealed class GradientJob(LargeHead head) : ParallelJob
    {
        private int _count;

        public void Run(int count)
        {
            _count = count;
            head._tape.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var kernels = head._tape.Device.Kernels;
            var (rows, share) = (new Rows(0, _count), new Share(worker, head._tape.Device.Workers.Count));
            kernels.LinearBackward(head._x, head._weight, head._logits, 0, rows, add: false, share);
            if (!head._weight.Frozen) kernels.LinearWeightGradient(head._x, head._weight, null, head._logits, 0, rows, share);
        }
    }
}
