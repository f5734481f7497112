namespace Deliberate.Tensors;

/// <summary>
/// A static tape: the operations of a model in order, over memory taken once for a number of tokens. Forward runs blocks of
/// whole segments through all layers, each on one worker, so that their activations stay in its cache. Backward goes layer by
/// layer: first the activations' gradients by blocks, then the weights' gradients, each worker owning a share of every weight and
/// adding tokens in order. No result depends on the number of workers or on the blocks. Nothing is allocated after building.
/// </summary>
internal sealed partial class Tape : IDisposable
{
    /// <summary>Up to so many rows, the workers divide the columns of each product instead of the rows.</summary>
    private const int FewRows = 12;

    /// <summary>The same where the weights exceed the caches, so that dividing the rows would read them once for each worker.</summary>
    private const int FewRowsOfLargeModel = 64;

    /// <summary>Elements of the weights from which a model is large.</summary>
    private const long LargeModel = 8 << 20;

    /// <summary>Blocks that a worker has about; fewer and longer ones where each has to widen and turn the weights that it goes through.</summary>
    private const int BlocksAWorker = 4, LongBlocksAWorker = 2;

    /// <summary>Rows of a block: enough to amortise reading the weights, few enough for the second-level cache.</summary>
    private const int BlockRows = 192;

    private readonly Device _device;
    private readonly bool _training;
    private readonly List<Operation> _operations = [];
    private readonly List<int> _layerStarts = [];
    private readonly List<DeviceBuffer> _owned = [];
    private readonly Dictionary<(bool IsGradient, int Parity, int Index, int Stride), DeviceBuffer> _pool = [];
    private readonly Block[] _blocks;
    private readonly BlockJob _blockJob;
    private readonly ShareJob _shareJob;
    private readonly ColumnJob _columnJob;
    private readonly PartJob _partJob;
    private int _tensorsInLayer, _cachedLayers;
    private long _weightElements;
    private bool _holdsNarrow;

    public Tape(Device device, int tokenCapacity, int segmentCapacity, bool training)
    {
        _device = device;
        _training = training;
        TokenCapacity = tokenCapacity;
        Batch = new Batch(device, tokenCapacity, segmentCapacity);
        _blocks = new Block[segmentCapacity + (tokenCapacity / 32) + 1];
        _blockJob = new BlockJob(this);
        _shareJob = new ShareJob(this);
        _columnJob = new ColumnJob(this);
        _partJob = new PartJob(this);
    }

    public int TokenCapacity { get; }

    public Batch Batch { get; }

    public Device Device => _device;

    /// <summary>Where keys and values of sampled sequences live; null when training.</summary>
    public KeyValueCache? Cache { get; init; }

    /// <summary>The adapter whose parameters the backward is for; null where it is for the model's own.</summary>
    public Adapter? Trained { get; init; }

    /// <summary>What a backward makes again.</summary>
    public Recomputation Recomputation { get; init; }

    /// <summary>
    /// Products are divided among the workers by columns, each over all rows before the next begins: for weights without packed copies,
    /// which so are laid out once a batch; and for those of a model beyond the caches, which so are read once.
    /// </summary>
    public bool ByColumns { get; init; }

    /// <summary>Told how far a backward has come; null where nobody wants to know.</summary>
    public IBackwardWatcher? Watcher { get; set; }

    private bool IsByColumns => ByColumns && !_device.TakesWholeBatches;

    /// <summary>Whether products are divided so where operations run one after another: weights that are held narrow are then widened once a batch.</summary>
    private bool AreStagesByColumns => IsByColumns || (_holdsNarrow && Cache is null);

    /// <summary>Bytes taken by activations and their gradients.</summary>
    public long Bytes => _owned.Sum(b => b.Length * _device.ElementSize);

    /// <summary>Begins a layer: gradients of activations are shared with the layer before the last.</summary>
    public void BeginLayer()
    {
        _layerStarts.Add(_operations.Count);
        _tensorsInLayer = 0;
    }

    /// <summary>A tensor for as many tokens as the tape holds.</summary>
    /// <param name="isKept">False where the operation that writes it runs again before its layer's backward.</param>
    public Tensor NewTensor(int columns, bool withGradient = true, bool isKept = true)
    {
        var index = _tensorsInLayer++;
        // Without a backward, or where they are made again for it, the values are needed only until the next layer has read them.
        var tensor = new Tensor(columns, _training && isKept ? Own(_device.Allocate((long)TokenCapacity * Tensor.PaddedStride(columns))) : Pooled(false, index, columns));
        if (_training && withGradient) tensor.Gradient = Pooled(true, index, columns);
        return tensor;
    }

    public Tensor Embed(LinearWeight table, double scale)
    {
        var y = NewTensor(table.Columns);
        _operations.Add(new EmbedOperation(table, scale, y));
        return y;
    }

    /// <summary>y = norm(x) (+ residual).</summary>
    /// <param name="endsLayer">The next layer begins with it: it is kept whatever else is made again.</param>
    public Tensor RmsNorm(Tensor x, Parameter weight, double offset, double epsilon, Tensor? residual = null, bool endsLayer = false)
    {
        // A sum with a residual is read by later layers too, and kept like a product.
        var again = residual is null ? Again(Recomputation.Elementwise) : !endsLayer && Again(Recomputation.Layers);
        Tensor inverse = NewTensor(1, withGradient: false, !again), y = NewTensor(x.Columns, isKept: !again);
        if (residual is not null) residual.ResidualOf = y;
        _operations.Add(new RmsNormOperation(x, weight, offset, epsilon, residual, inverse, y) { RunsAgain = again });
        return y;
    }

    /// <summary>Tells that x, which will be a residual, is read by no norm: where it is read first, so that both gradients meet.</summary>
    public void ReadUnnormed(Tensor x) => _operations.Add(new ResidualGradientOperation(x));

    /// <summary>y = x·Wᵀ (+ bias) (+ residual), and what the rows' adapters add.</summary>
    /// <param name="endsLayer">The next layer begins with it: it is kept whatever else is made again.</param>
    public Tensor Linear(Tensor x, LinearWeight weight, Parameter? bias = null, Tensor? residual = null, bool endsLayer = false)
    {
        var again = !endsLayer && Again(Recomputation.Layers);
        var update = Trained?.UpdateOf(weight);
        var y = NewTensor(weight.Rows, isKept: !again);
        _weightElements += (long)weight.Rows * weight.Columns;
        _holdsNarrow |= weight.Storage is not null;
        if (residual is not null) residual.ResidualOf = y;
        var unscaled = _training && update is { IsScaled: true } ? NewTensor(weight.Rows, isKept: !again) : null;
        _operations.Add(new LinearOperation(x, weight, bias, residual, y, unscaled, update is not null) { RunsAgain = again });
        if (_training && update is null) return y;
        _operations.Add(new LowRankOperation(x, weight, update is null || !_training ? null : NewTensor(update.Rank), unscaled ?? y) { RunsAgain = again });
        if (!_training || unscaled is not null) _operations.Add(new ScaleOutputsOperation(weight, bias, residual, unscaled ?? y, y) { RunsAgain = again });
        return y;
    }

    /// <summary>Norms and rotation of q and k; in place where there is no norm.</summary>
    public Tensor RotateHeads(Tensor qkv, HeadRotation rotation)
    {
        var again = Again(Recomputation.Layers);
        var norms = rotation.QueryNorm is not null || rotation.KeyNorm is not null;
        var y = norms ? NewTensor(qkv.Columns, isKept: !again) : qkv;
        var inverse = norms ? NewTensor(rotation.Shape.Heads + rotation.Shape.KeyHeads, withGradient: false, !again) : null;
        _operations.Add(new RotateHeadsOperation(rotation, qkv, inverse, y) { RunsAgain = again });
        return y;
    }

    /// <summary>Attention within each segment; over the cache where the tape was given one.</summary>
    public Tensor Attention(Tensor qkv, AttentionShape shape)
    {
        if (Cache is not null)
        {
            var cached = NewTensor(shape.Heads * shape.HeadSize, withGradient: false);
            _operations.Add(new StoreKeyValuesOperation(Cache, _cachedLayers, qkv));
            _operations.Add(new CachedAttentionOperation(shape, Cache, _cachedLayers++, qkv, cached));
            return cached;
        }

        var again = Again(Recomputation.Layers);
        Tensor y = NewTensor(shape.Heads * shape.HeadSize, isKept: !again), logSumExp = NewTensor(shape.Heads, withGradient: false, !again);
        _operations.Add(new AttentionOperation(shape, qkv, y, logSumExp) { RunsAgain = again });
        return y;
    }

    public Tensor GatedActivation(Tensor gateUp, ActivationKind kind)
    {
        var again = Again(Recomputation.Elementwise);
        var y = NewTensor(gateUp.Columns / 2, isKept: !again);
        _operations.Add(new GatedActivationOperation(kind, gateUp, y) { RunsAgain = again });
        return y;
    }

    /// <summary>Adds an operation of a kind that the tape has no method for.</summary>
    public void Add(Operation operation) => _operations.Add(operation);

    /// <summary>Runs the batch through all operations.</summary>
    public void Forward()
    {
        if (Batch.Tokens == 0) return;
        using var turn = _device.Turns.Take();
        Batch.Upload();
        if (Cache is not null && Batch.Tokens <= (_weightElements < LargeModel ? FewRows : FewRowsOfLargeModel) && _device.Workers.Count > 1) ForwardFewRows();
        else if (!IsByColumns && BlocksOfSegments()) _blockJob.Run(0, _operations.Count, Pass.Forward);
        else RunStages(0, _operations.Count, Pass.Forward);
    }

    /// <summary>Runs the layers in reverse, given the gradient of the last tensor. Adds to the weights' gradients.</summary>
    /// <param name="layers">How many of the layers, from the last, it goes back through: those below have nothing that is trained. All if left out.</param>
    public void Backward(int layers = int.MaxValue)
    {
        if (Batch.Tokens == 0) return;
        using var turn = _device.Turns.Take();
        Batch.Upload();
        var whole = !IsByColumns && BlocksOfSegments();
        Watcher?.Done(_layerStarts.Count);
        for (var layer = _layerStarts.Count - 1; layer >= Math.Max(0, _layerStarts.Count - (long)layers); layer--)
        {
            var start = _layerStarts[layer];
            var end = layer + 1 < _layerStarts.Count ? _layerStarts[layer + 1] : _operations.Count;
            for (var pass = RunsAgain(start, end) ? Pass.Again : Pass.Backward; pass <= Pass.Backward; pass++)
            {
                if (whole) _blockJob.Run(start, end, pass);
                else RunStages(start, end, pass);
            }

            _shareJob.Run(start, end);
            Watcher?.Done(layer);
        }

        Watcher?.Done(0);
    }

    /// <summary>
    /// The parameters of a store by when a backward is done with their gradients: those that only what comes before it adds to (a head of
    /// its own), those of the last layer, and so on down to the first; behind them those that no operation names.
    /// </summary>
    public IReadOnlyList<Parameter>[] TrainedByLayer(ParameterStore store, LinearWeight? head = null)
    {
        var last = new Dictionary<Parameter, int>();
        var layer = _layerStarts.Count;
        if (head is not null) Name(head.Parts[0], (long)head.Rows * head.Columns);
        while (--layer >= 0)
        {
            var end = layer + 1 < _layerStarts.Count ? _layerStarts[layer + 1] : _operations.Count;
            for (var i = _layerStarts[layer]; i < end; i++) _operations[i].NameTrained(Trained, Name);
        }

        var all = store.Parameters.Where(p => !p.Frozen).ToArray();
        return [.. Enumerable.Range(-1, _layerStarts.Count + 2).Reverse().Select(at => (IReadOnlyList<Parameter>)[.. all.Where(p => last.GetValueOrDefault(p, -1) == at)])];

        void Name(Parameter first, long elements)
        {
            if (first.Store != store) return;
            foreach (var parameter in store.Parameters)
                if (parameter.Offset >= first.Offset && parameter.Offset < first.Offset + elements) last[parameter] = layer;
        }
    }

    /// <summary>Gives the memory of activations back to the system until they are made again.</summary>
    public void ReleaseMemory()
    {
        foreach (var buffer in _owned) buffer.ReleasePages();
    }

    public void Dispose()
    {
        Batch.Dispose();
        foreach (var buffer in _owned) buffer.Dispose();
    }

    private void ForwardFewRows()
    {
        var block = new Block(new Rows(0, Batch.Tokens), 0, Batch.Segments);
        for (var i = 0; i < _operations.Count; i++)
        {
            if (_operations[i].IsLarge) _columnJob.Run(_operations[i], block);
            else _operations[i].Forward(_device.Kernels, Batch, block, _device.Scratches[0]);
        }
    }

    /// <summary>
    /// Cuts the batch into blocks of whole segments, those that go on from one with it. False where they are so long that the workers
    /// would wait for one another: then operations run one after another, each over all workers.
    /// </summary>
    private bool BlocksOfSegments()
    {
        var batch = Batch;
        if (_device.TakesWholeBatches)
        {
            (_blocks[0], _blockJob.Count) = (new Block(new Rows(0, batch.Tokens), 0, batch.Segments), 1);
            return true;
        }

        // Sampling reads every weight for every block, so it wants as many blocks as workers; training balances uneven segments.
        var workers = _device.Workers.Count;
        var target = Cache is null ? Math.Clamp(batch.Tokens / (workers * (_training && _holdsNarrow ? LongBlocksAWorker : BlocksAWorker)), 16, BlockRows) : Math.Min((batch.Tokens + workers - 1) / workers, BlockRows);
        var count = 0;
        for (var first = 0; first < batch.Segments;)
        {
            var end = batch.UnitEnd(first);
            while (end < batch.Segments && batch.UnitEnd(end) is var next && batch.Segment(next - 1).End - batch.Segment(first).Begin <= target) end = next;
            _blocks[count++] = new Block(new Rows(batch.Segment(first).Begin, batch.Segment(end - 1).End), first, end);
            first = end;
        }

        _blockJob.Count = count;
        if (workers == 1 || batch.LongestUnit * (long)workers * 2 <= batch.Tokens || batch.LongestUnit <= 64) return true;
        // Sampled segments are of one token each; among them a long prompt is the last to be done, and all others wait for it.
        return Cache is not null && batch.Segments >= workers && batch.LongestUnit * 2L * workers <= 3L * batch.Tokens;
    }

    /// <summary>Long segments: operations that keep to their rows run over blocks of rows, those that mix rows over segments.</summary>
    private void RunStages(int start, int end, Pass pass)
    {
        var backward = pass == Pass.Backward;
        for (var i = start; i < end;)
        {
            var stop = i + 1;
            var operation = _operations[backward ? end - 1 - (i - start) : i];
            if (!IsAlone(operation))
                while (stop < end && !IsAlone(_operations[backward ? end - 1 - (stop - start) : stop])) stop++;
            if (IsAlone(operation))
            {
                if (pass != Pass.Again || operation.RunsAgain) RunAlone(operation, backward);
                i = stop;
                continue;
            }

            BlocksOfRows();
            if (backward) _blockJob.Run(end - (stop - start), end - (i - start), pass);
            else _blockJob.Run(i, stop, pass);
            i = stop;
        }
    }

    /// <summary>Whether an operation is not run together with its neighbours on blocks of rows.</summary>
    private bool IsAlone(Operation operation) => operation.MixesRows || (AreStagesByColumns && operation.IsLarge);

    private void RunAlone(Operation operation, bool backward)
    {
        if (!operation.MixesRows || Cache is not null)
        {
            _columnJob.Run(operation, new Block(new Rows(0, Batch.Tokens), 0, Batch.Segments), backward);
            return;
        }

        // Segments that go on from another only read it, and add to its gradient one after another.
        if (Batch.HasPrefixes && !backward) BlocksOfOneSegment();
        else BlocksOfSegments();
        _partJob.Run(operation, backward);
    }

    private void BlocksOfOneSegment()
    {
        for (var segment = 0; segment < Batch.Segments; segment++) _blocks[segment] = new Block(Batch.Segment(segment), segment, segment + 1);
        _blockJob.Count = Batch.Segments;
    }

    private void BlocksOfRows()
    {
        var blocks = _device.Workers.Count * (Cache is null ? BlocksAWorker : 2);
        var rows = Math.Clamp((Batch.Tokens + blocks - 1) / blocks, 32, BlockRows);
        var count = 0;
        for (var row = 0; row < Batch.Tokens; row += rows) _blocks[count++] = new Block(new Rows(row, Math.Min(row + rows, Batch.Tokens)), 0, 0);
        _blockJob.Count = count;
    }

    /// <summary>
    /// Memory shared by layers of the same parity, between tensors of the same stride only: blocks run ahead of one another, and
    /// a row must lie where it lies in every layer.
    /// </summary>
    private DeviceBuffer Pooled(bool isGradient, int index, int columns)
    {
        var key = (isGradient, _layerStarts.Count % 2, index, Tensor.PaddedStride(columns));
        return _pool.TryGetValue(key, out var held) ? held : _pool[key] = Own(_device.Allocate((long)TokenCapacity * key.Item4));
    }

    private bool RunsAgain(int start, int end)
    {
        for (var i = start; i < end; i++)
            if (_operations[i].RunsAgain) return true;
        return false;
    }

    /// <summary>Whether an operation runs again that does so from some recomputation on.</summary>
    private bool Again(Recomputation from) => _training && Recomputation >= from;

    private DeviceBuffer Own(DeviceBuffer buffer)
    {
        _owned.Add(buffer);
        return buffer;
    }
}
