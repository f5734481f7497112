using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Changes to the weights of a base that itself stays as it is: low-rank updates of linear weights, and weights that take the place
/// of the base's. Which adapter a row of a batch is read with belongs to its segment, so one batch may hold several. It owns its
/// parameters, which are all that is trained; the base may be held narrow.
/// </summary>
internal sealed class Adapter : IDisposable
{
    private readonly Device _device;
    private readonly Dictionary<LinearWeight, LowRankUpdate> _updates = [];
    private readonly Dictionary<Parameter, Parameter> _vectors = [];

    /// <summary>By the base's, which go with the tapes that they were made for.</summary>
    private readonly ConditionalWeakTable<HeadRotation, HeadRotation> _rotations = [];

    private readonly PackJob _packJob;

    public Adapter(Device device)
    {
        _device = device;
        Parameters = new ParameterStore(device);
        _packJob = new PackJob(this);
    }

    public ParameterStore Parameters { get; }

    /// <summary>Low-rank updates.</summary>
    public IReadOnlyCollection<LowRankUpdate> Updates => _updates.Values;

    /// <summary>In place of the base's table; null where that stays.</summary>
    public LinearWeight? Embedding { get; set; }

    /// <summary>In place of the base's output matrix; null where that stays.</summary>
    public LinearWeight? Head { get; set; }

    public LowRankUpdate? UpdateOf(LinearWeight weight) => _updates.GetValueOrDefault(weight);

    public Parameter VectorOf(Parameter vector) => _vectors.TryGetValue(vector, out var replaced) ? replaced : vector;

    /// <summary>The rotation with the norms that it has under the adapter.</summary>
    public HeadRotation RotationOf(HeadRotation rotation) => _rotations.TryGetValue(rotation, out var known) ? known : _rotations.GetValue(rotation, Adapted);

    public void Add(LowRankUpdate update) => _updates.Add(update.Target, update);

    public void Replace(Parameter vector, Parameter by) => _vectors.Add(vector, by);

    /// <summary>Renews what is made of the parameters, after they changed.</summary>
    /// <param name="training">Also what only a backward needs.</param>
    public void Pack(bool training)
    {
        foreach (var weight in Parameters.LinearWeights) _device.Kernels.Prepare(weight, training);
        foreach (var update in Updates) update.Prepare(_device);
        _packJob.Run(training);
    }

    public void Dispose()
    {
        foreach (var update in Updates) update.Dispose();
        Parameters.Dispose();
    }

    /// <summary>Anew, for what is made of the norms once.</summary>
    private HeadRotation Adapted(HeadRotation rotation) => new(
        rotation.Shape, rotation.Table, rotation.RotatedSize, rotation.QueryNorm is null ? null : VectorOf(rotation.QueryNorm), rotation.KeyNorm is null ? null : VectorOf(rotation.KeyNorm), rotation.NormOffset, rotation.Epsilon);

    private sealed class PackJob(Adapter adapter) : ParallelJob
    {
        private bool _training;

        public void Run(bool training)
        {
            _training = training;
            adapter._device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var share = new Share(worker, adapter._device.Workers.Count);
            var kernels = adapter._device.Kernels;
            foreach (var weight in adapter.Parameters.LinearWeights) kernels.Pack(weight, _training, share);
            foreach (var update in adapter._updates.Values)
                if (update.IsScaled) kernels.PackMagnitudes(update, share);
        }
    }
}
