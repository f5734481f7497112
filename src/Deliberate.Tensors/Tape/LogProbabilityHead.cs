namespace Deliberate.Tensors;

/// <summary>
/// The end of a language model's tape: from the last hidden state to the log-probability of each target and the entropy. The
/// logits are not kept: the backward makes them again, a chunk of rows at a time, turns them into their gradient, and adds each
/// chunk's share to the head's weight, chunks in the order of tokens. Where the matrix exceeds the caches, <see cref="LargeHead"/> does it.
/// </summary>
internal sealed class LogProbabilityHead : IDisposable
{
    /// <summary>Elements of logits held at once.</summary>
    private const long ChunkElements = 1 << 21;

    /// <summary>The same on a device that takes all of a chunk's rows at once.</summary>
    private const long WholeChunkElements = 1 << 24;

    private const int RowsAtOnce = 48;

    /// <summary>That a chunk has rows for, where the vocabulary is so large that those of one exceed it.</summary>
    private const int MostWorkers = 8;

    private readonly Tape _tape;
    private readonly Tensor _hidden, _logits;
    private readonly LinearWeight _weight;
    private readonly LogitRows _rowsJob;
    private readonly LogitWeight _weightJob;
    private readonly int _chunkRows;
    private readonly LargeHead? _large;

    public LogProbabilityHead(Tape tape, Tensor hidden, LinearWeight weight, double softCap, bool training)
    {
        _tape = tape;
        _hidden = hidden;
        _weight = weight;
        SoftCap = softCap;
        Statistics = new Tensor(4, tape.Device.Allocate(tape.TokenCapacity * 4L), stride: 4);
        Upstream = new Tensor(2, tape.Device.Allocate(tape.TokenCapacity * 2L), stride: 2);
        var stride = Tensor.PaddedStride(weight.Rows);
        // However large the vocabulary, several workers have something to do.
        var least = RowsAtOnce * Math.Min(tape.Device.Workers.Count, MostWorkers);
        var elements = tape.Device.TakesWholeBatches ? WholeChunkElements : ChunkElements;
        _chunkRows = (int)Math.Clamp(elements / stride / RowsAtOnce * RowsAtOnce, least, Math.Max(least, tape.TokenCapacity));
        _logits = new Tensor(weight.Rows, tape.Device.Allocate(0));
        // What leaves rows out and shares the matrix among workers is nothing to a device that takes all rows at once.
        if (LargeHead.Is(weight) && !tape.Device.TakesWholeBatches) _large = new LargeHead(tape, hidden, weight, training);
        else if (training) MakeChunk();
        _rowsJob = new LogitRows(this);
        _weightJob = new LogitWeight(this);
    }

    /// <summary>The output matrix.</summary>
    public LinearWeight Weight => _weight;

    public double SoftCap { get; }

    /// <summary>Softmax of logits divided by this; one for the raw distribution.</summary>
    public double Temperature { get; set; } = 1;

    /// <summary>[tokens, 4]: log-probability of the target, entropy, max of z, Σ e^(z - max) or its logarithm (<see cref="IKernels.LogProbabilityOf"/> knows which).</summary>
    public Tensor Statistics { get; }

    /// <summary>[tokens, 2]: d loss / d log-probability, d loss / d entropy; the caller writes it before <see cref="Backward"/>.</summary>
    public Tensor Upstream { get; }

    /// <summary>
    /// The distribution to learn in place of single targets, filled for the batch at hand: the backward then takes each target's negative
    /// KL(labels || model) for its log-probability, in <see cref="Statistics"/> and <see cref="Upstream"/>. Null for single targets.
    /// </summary>
    public SoftLabels? Labels { get; set; }

    private LogitShape Shape => new(1 / Temperature, SoftCap);

    /// <summary>
    /// Whether rows without a target may be left out, as their entropies are not asked for: their statistics are then zero where the head is
    /// large enough for it to matter.
    /// </summary>
    public bool OnlyTargets { get; set; }

    public void Forward()
    {
        _tape.Batch.Upload();
        if (_large is not null) _large.Run(Shape, Statistics, Upstream, OnlyTargets, backward: false);
        else _rowsJob.Run(new Rows(0, _tape.Batch.Tokens), backward: false);
    }

    /// <summary>Writes the hidden state's gradient and adds the weight's; also fills <see cref="Statistics"/>.</summary>
    public void Backward()
    {
        _tape.Batch.Upload();
        if (_large is not null && Labels is null)
        {
            _large.Run(Shape, Statistics, Upstream, OnlyTargets, backward: true);
            return;
        }

        MakeChunk();
        for (var row = 0; row < _tape.Batch.Tokens; row += _chunkRows)
        {
            var rows = new Rows(row, Math.Min(row + _chunkRows, _tape.Batch.Tokens));
            _rowsJob.Run(rows, backward: true);
            if (!_weight.Frozen) _weightJob.Run(rows);
        }
    }

    /// <summary>Gives the memory of logits back to the system until they are made again.</summary>
    public void ReleaseMemory() => _large?.ReleaseMemory();

    public void Dispose()
    {
        _large?.Dispose();
        Statistics.Value.Dispose();
        Upstream.Value.Dispose();
        _logits.Value.Dispose();
        _logits.Gradient?.Dispose();
    }

    private void MakeChunk() => _logits.Gradient ??= _tape.Device.Allocate((long)_chunkRows * Tensor.PaddedStride(_weight.Rows));

    private sealed class LogitRows(LogProbabilityHead head) : ParallelJob
    {
        private Rows _rows;
        private bool _backward;
        private int _next;

        public void Run(Rows rows, bool backward)
        {
            (_rows, _backward, _next) = (rows, backward, -1);
            head._tape.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var device = head._tape.Device;
            var batch = head._tape.Batch;
            var atOnce = device.TakesWholeBatches ? head._chunkRows : RowsAtOnce;
            while (true)
            {
                var begin = _rows.Begin + (Interlocked.Increment(ref _next) * atOnce);
                if (begin >= _rows.End) return;
                var rows = new Rows(begin, Math.Min(begin + atOnce, _rows.End));
                if (!_backward)
                {
                    device.Kernels.LogProbability(head._hidden, head._weight, head.Shape, batch.Targets, head.Statistics, rows, device.Scratches[worker]);
                    continue;
                }

                if (head.Labels is { } labels) device.Kernels.SoftLabelBackward(head._hidden, head._weight, head.Shape, labels, batch.Targets, head.Statistics, head.Upstream, head._logits, _rows.Begin, rows, device.Scratches[worker]);
                else device.Kernels.LogProbabilityBackward(head._hidden, head._weight, head.Shape, batch.Targets, head.Statistics, head.Upstream, head._logits, _rows.Begin, rows);
                device.Kernels.LinearBackward(head._hidden, head._weight, head._logits, _rows.Begin, rows, add: false, Share.Whole);
            }
        }
    }

    private sealed class LogitWeight(LogProbabilityHead head) : ParallelJob
    {
        private Rows _rows;

        public void Run(Rows rows)
        {
            _rows = rows;
            head._tape.Device.Workers.Run(this);
        }

        public override void Execute(int worker) =>
            head._tape.Device.Kernels.LinearWeightGradient(head._hidden, head._weight, null, head._logits, _rows.Begin, _rows, new Share(worker, head._tape.Device.Workers.Count));
    }
}
