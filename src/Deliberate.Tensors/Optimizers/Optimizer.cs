namespace Deliberate.Tensors;

/// <summary>
/// Updates a store's parameters from their gradients: clipping by global norm, then AdamW, Muon or SGD. The state has the layout
/// of the store: a first moment (or momentum) and, for AdamW, a second. Work is cut by parameter, and every element or matrix is
/// updated by one worker, so the result does not depend on the number of workers.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    /// <summary>Elements of one piece of elementwise work.</summary>
    private const int PieceLength = 1 << 16;

    /// <summary>The same on a device that takes all of it at once.</summary>
    private const int WholePieceLength = 1 << 26;

    private readonly Device _device;
    private readonly ParameterStore _store;
    private readonly Work[] _work;
    private readonly double[] _sums;
    private readonly (long Offset, long Length)[] _pieces;
    private readonly UpdateJob _updateJob;
    private readonly NormJob _normJob;

    public Optimizer(Device device, ParameterStore store, OptimizerOptions options)
    {
        _device = device;
        _store = store;
        Options = options;
        First = device.Allocate(store.BufferLength);
        Second = options.Kind == OptimizerKind.Sgd ? null : device.Allocate(store.BufferLength);
        _work = Cut(store, options, device.TakesWholeBatches ? WholePieceLength : PieceLength);
        _pieces = [.. _work.Select(w => (w.Offset, w.Length))];
        _sums = new double[_work.Length];
        _updateJob = new UpdateJob(this);
        _normJob = new NormJob(this);
    }

    /// <summary>May be changed between steps, but for the rule.</summary>
    public OptimizerOptions Options
    {
        get;
        set => field = field is null || field.Kind == value.Kind ? value : throw new ArgumentException("The rule belongs to the moments.", nameof(value));
    }

    /// <summary>First moments of AdamW, momentum of Muon and SGD; part of a checkpoint.</summary>
    public DeviceBuffer First { get; }

    /// <summary>Second moments of AdamW; unused where Muon rules.</summary>
    public DeviceBuffer? Second { get; }

    /// <summary>Updates done; part of a checkpoint.</summary>
    public long Steps { get; set; }

    /// <summary>The global norm of all gradients, each piece summed in double and the pieces in order.</summary>
    public double GradientNorm()
    {
        _normJob.Run();
        var sum = 0.0;
        foreach (var piece in _sums) sum += piece;
        return Math.Sqrt(sum);
    }

    /// <summary>
    /// Clips by the given norm (as torch: factor min(1, max / (norm + 1e-6))), updates, and counts the step. The caller clears the
    /// gradients and renews the packed weights.
    /// </summary>
    /// <param name="gradientNorm">What <see cref="GradientNorm"/> gave.</param>
    /// <param name="rate">The schedule's factor of the learning rates, usually in [0, 1].</param>
    public void Step(double gradientNorm, double rate)
    {
        Steps++;
        var factor = Options.ClipNorm > 0 ? Math.Min(1, Options.ClipNorm / (gradientNorm + 1e-6)) : 1;
        _updateJob.Run(factor, rate);
    }

    /// <summary>
    /// On a device that works behind the host's back: gives it the norm, the decision and the update, which nobody waits for. The record holds
    /// the numbers of the step; once it is read, <see cref="Conclude"/> says what came of it. Nothing elsewhere.
    /// </summary>
    public void Queue(StepRecord record, double rate)
    {
        if (_device.Kernels is not IQueuedUpdates queue) return;
        // Whose decision is followed is the device's: nobody else's updates may come in between.
        using var turn = _device.Turns.Take();
        record.Decide(queue, _store.Gradients, _pieces, Options.ClipNorm);
        Steps++;
        _updateJob.Run(1, rate);
        queue.Follow(null);
    }

    /// <summary>The end of a step: updates, where <see cref="Queue"/> has not, and the loss and the norm are finite.</summary>
    /// <returns>The norm before clipping, and whether the weights have changed.</returns>
    public (double Norm, bool Applied) Conclude(StepRecord record, double loss, double rate)
    {
        if (_device.Kernels is IQueuedUpdates)
        {
            // Counted beforehand, since the corrections of the moments are told the device with the update.
            if (!record.IsOpen) Steps--;
            return (record.Norm, record.IsOpen);
        }

        var norm = GradientNorm();
        if (!double.IsFinite(loss) || !double.IsFinite(norm)) return (norm, false);
        Step(norm, rate);
        return (norm, true);
    }

    /// <summary>Where some are frozen, of the others alone: what is never written takes no memory.</summary>
    public void ClearGradients()
    {
        if (!_store.Parameters.Any(p => p.Frozen)) _store.Gradients.Clear(0, _store.BufferLength);
        else foreach (var work in _work) _store.Gradients.Clear(work.Offset, work.Length);
    }

    public void Dispose()
    {
        First.Dispose();
        Second?.Dispose();
    }

    /// <summary>Matrices that Muon updates are whole pieces, largest first, so that no worker ends up alone with one.</summary>
    private static Work[] Cut(ParameterStore store, OptimizerOptions options, int pieceLength)
    {
        var work = new List<Work>();
        foreach (var parameter in store.Parameters.Where(p => !p.Frozen))
        {
            if (options.Kind == OptimizerKind.Muon && parameter.IsBlockMatrix) work.Add(new Work(parameter, parameter.Offset, parameter.Length, WholeMatrix: true));
            else for (long at = 0; at < parameter.Length; at += pieceLength) work.Add(new Work(parameter, parameter.Offset + at, Math.Min(pieceLength, parameter.Length - at), WholeMatrix: false));
        }

        return [.. work.OrderByDescending(w => w.WholeMatrix).ThenByDescending(w => w.Length).ThenBy(w => w.Offset)];
    }

    private void Update(in Work work, double factor, double rate, Scratch scratch)
    {
        var kernels = _device.Kernels;
        if (factor < 1) kernels.Scale(_store.Gradients, work.Offset, work.Length, factor);
        var decay = work.Parameter.IsVector ? 0 : Options.WeightDecay;
        if (work.WholeMatrix)
        {
            int rows = work.Parameter.Rows, columns = work.Parameter.Columns;
            var ratio = Math.Sqrt(Math.Max(1, (double)rows / columns));
            var step = new MuonStep(Options.MuonLearningRate * rate, Options.Momentum, decay, Nesterov: true, ratio, Iterations: 5, 3.4445, -4.7750, 2.0315, 1e-7);
            kernels.Muon(step, _store.Values, _store.Gradients, First, work.Offset, rows, columns, scratch);
        }
        else if (Options.Kind == OptimizerKind.Sgd)
        {
            var step = new SgdStep(Options.LearningRate * rate, Options.Momentum, 0, decay, Nesterov: false, Steps == 1);
            kernels.Sgd(step, _store.Values, _store.Gradients, First, work.Offset, work.Length);
        }
        else
        {
            var step = new AdamWStep(Options.LearningRate * rate, Options.Beta1, Options.Beta2, Options.Epsilon, decay, Steps);
            kernels.AdamW(step, _store.Values, _store.Gradients, First, Second!, null, work.Offset, work.Length);
        }
    }

    private readonly record struct Work(Parameter Parameter, long Offset, long Length, bool WholeMatrix);

    private sealed class UpdateJob(Optimizer owner) : ParallelJob
    {
        private double _factor, _rate;
        private int _next;

        public void Run(double factor, double rate)
        {
            (_factor, _rate, _next) = (factor, rate, -1);
            owner._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            for (var i = Interlocked.Increment(ref _next); i < owner._work.Length; i = Interlocked.Increment(ref _next))
                owner.Update(owner._work[i], _factor, _rate, owner._device.Scratches[worker]);
        }
    }

    private sealed class NormJob(Optimizer owner) : ParallelJob
    {
        private int _next;

        public void Run()
        {
            _next = -1;
            owner._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            for (var i = Interlocked.Increment(ref _next); i < owner._work.Length; i = Interlocked.Increment(ref _next))
                owner._sums[i] = owner._device.Kernels.SumOfSquares(owner._store.Gradients, owner._work[i].Offset, owner._work[i].Length);
        }
    }
}
