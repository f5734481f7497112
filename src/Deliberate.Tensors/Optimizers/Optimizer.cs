namespace Deliberate.Tensors;

/// <summary>
/// Updates a store's parameters from their gradients: clipping by global norm, then AdamW, Muon or SGD. The state has the layout
/// of the store: a first moment (or momentum) and, for AdamW, a second. Work is cut by parameter, and every element or matrix is
/// updated by one worker, so the result does not depend on the number of workers. Where processes share it each has the moments of its
/// own parts alone, one behind the other; norm and weights come out the same to the bit.
/// </summary>
internal sealed class Optimizer : IDisposable
{
    private readonly Device _device;
    private readonly ParameterStore _store;
    private readonly IOptimizerPeers? _peers;
    private readonly OptimizerPart[] _parts;
    private readonly int[] _own;
    private readonly double[] _sums;
    private readonly (long Offset, long Length)[] _pieces;
    private readonly UpdateJob _updateJob;
    private readonly NormJob _normJob;

    /// <param name="peers">Who shares the state; null where this process has all of it.</param>
    public Optimizer(Device device, ParameterStore store, OptimizerOptions options, IOptimizerPeers? peers = null)
    {
        (_device, _store, _peers) = (device, store, peers);
        Options = options;
        _parts = OptimizerPart.Of(store, options.Kind);
        if (peers is null)
        {
            for (var i = 0; i < _parts.Length; i++) _parts[i] = _parts[i] with { Moments = _parts[i].Offset };
            _own = [.. Enumerable.Range(0, _parts.Length)];
            First = device.Allocate(store.BufferLength);
            Second = options.Kind == OptimizerKind.Sgd ? null : device.Allocate(store.BufferLength);
        }
        else
        {
            OptimizerShards.Assign(_parts, options.Kind, peers.Size, peers.Rank);
            _own = [.. Enumerable.Range(0, _parts.Length).Where(i => _parts[i].Owner == peers.Rank)];
            var (first, second) = OptimizerShards.Lengths(_parts, options.Kind, peers.Rank);
            First = device.Allocate(first);
            Second = options.Kind == OptimizerKind.Sgd ? null : device.Allocate(second);
        }

        _pieces = [.. _parts.Select(p => (p.Offset, p.Length))];
        _sums = new double[_parts.Length];
        _updateJob = new UpdateJob(this);
        _normJob = new NormJob(this);
    }

    /// <summary>May be changed between steps, but for the rule.</summary>
    public OptimizerOptions Options
    {
        get;
        set => field = field is null || field.Kind == value.Kind ? value : throw new ArgumentException("The rule belongs to the moments.", nameof(value));
    }

    /// <summary>What it updates, and whose each part is.</summary>
    public ReadOnlySpan<OptimizerPart> Parts => _parts;

    /// <summary>Who shares the state; null where this process has all of it.</summary>
    public IOptimizerPeers? Peers => _peers;

    /// <summary>First moments of AdamW, momentum of Muon and SGD; part of a checkpoint. Laid out as the store, or as its own parts say.</summary>
    public DeviceBuffer First { get; }

    /// <summary>Second moments of AdamW, laid out as the first; unused where Muon rules.</summary>
    public DeviceBuffer? Second { get; }

    /// <summary>Updates done; part of a checkpoint.</summary>
    public long Steps { get; set; }

    /// <summary>The global norm of all gradients, each part summed in double and the parts in order.</summary>
    public double GradientNorm()
    {
        _normJob.Run();
        _peers?.Fill(_sums, _parts);
        var sum = 0.0;
        foreach (var part in _sums) sum += part;
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
        _peers?.Fill(_store.Values, _parts);
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
        else foreach (var part in _parts) _store.Gradients.Clear(part.Offset, part.Length);
    }

    public void Dispose()
    {
        First.Dispose();
        Second?.Dispose();
    }

    private void Update(in OptimizerPart part, double factor, double rate, Scratch scratch)
    {
        var kernels = _device.Kernels;
        if (factor < 1) kernels.Scale(_store.Gradients, part.Offset, part.Length, factor);
        var decay = part.Parameter.IsVector ? 0 : Options.WeightDecay;
        if (part.IsWhole)
        {
            int rows = part.Parameter.Rows, columns = part.Parameter.Columns;
            var ratio = Math.Sqrt(Math.Max(1, (double)rows / columns));
            var step = new MuonStep(Options.MuonLearningRate * rate, Options.Momentum, decay, Nesterov: true, ratio, Iterations: 5, 3.4445, -4.7750, 2.0315, 1e-7);
            kernels.Muon(step, _store.Values, _store.Gradients, First, part.Offset, rows, columns, part.Moments, scratch);
        }
        else if (Options.Kind == OptimizerKind.Sgd)
        {
            var step = new SgdStep(Options.LearningRate * rate, Options.Momentum, 0, decay, Nesterov: false, Steps == 1);
            kernels.Sgd(step, _store.Values, _store.Gradients, First, part.Offset, part.Length, part.Moments);
        }
        else
        {
            var step = new AdamWStep(Options.LearningRate * rate, Options.Beta1, Options.Beta2, Options.Epsilon, decay, Steps);
            kernels.AdamW(step, _store.Values, _store.Gradients, First, Second!, null, part.Offset, part.Length, part.Moments);
        }
    }

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
            for (var i = Interlocked.Increment(ref _next); i < owner._own.Length; i = Interlocked.Increment(ref _next))
                owner.Update(owner._parts[owner._own[i]], _factor, _rate, owner._device.Scratches[worker]);
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
            for (var i = Interlocked.Increment(ref _next); i < owner._own.Length; i = Interlocked.Increment(ref _next))
            {
                var at = owner._own[i];
                owner._sums[at] = owner._device.Kernels.SumOfSquares(owner._store.Gradients, owner._parts[at].Offset, owner._parts[at].Length);
            }
        }
    }
}
