using Deliberate.Core;
using Deliberate.Tensors;

namespace Deliberate.Models;

/// <summary>
/// A decoder-only transformer (Llama-like; <see cref="ModelConfiguration"/> says how it varies): its weights on a device, and
/// the one description of its computation, from which both the training tape and the sampler are built.
/// </summary>
internal sealed class LanguageModel : IDisposable
{
    /// <summary>The name of an output matrix of its own.</summary>
    public const string HeadName = "lm_head.weight";

    private readonly LayerWeights[] _layers;
    private readonly LinearWeight _embedding;
    private readonly Parameter _finalNorm;
    private readonly PackJob _packJob;
    private readonly Lock _building = new();
    private readonly Dictionary<RopeSettings, (DeviceBuffer Table, int Positions)> _rotary = [];
    private bool _isPacked, _isPackedForTraining;

    /// <param name="storage">How a model that only infers holds its matrices, in one copy; null for one that may be trained.</param>
    public LanguageModel(Device device, ModelConfiguration configuration, WeightStorage? storage = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(configuration.VocabularySize, 2);
        Device = device;
        Configuration = configuration;
        Parameters = new ParameterStore(device, storage);
        _embedding = Parameters.AddLinear("model.embed_tokens", blockMatrix: false, ("model.embed_tokens.weight", configuration.VocabularySize, configuration.HiddenSize));
        _layers = new LayerWeights[configuration.LayerCount];
        for (var i = 0; i < _layers.Length; i++) _layers[i] = LayerWeights.Add(Parameters, configuration, i);
        _finalNorm = Parameters.AddVector("model.norm.weight", configuration.HiddenSize);
        if (configuration.OutputHead is { } head)
        {
            if (head.ReadsSurprise) Parameters.AddHostMatrix(OutputHead.WeightName, head.Outputs, head.Inputs(configuration.HiddenSize));
            else Score = Parameters.AddLinear("score", blockMatrix: false, (OutputHead.WeightName, head.Outputs, configuration.HiddenSize));
            if (head.HasBias) ScoreBias = Parameters.AddVector(OutputHead.BiasName, head.Outputs);
        }

        Head = configuration.TieWordEmbeddings || configuration.OutputHead is { ReadsSurprise: false }
            ? _embedding
            : Parameters.AddLinear("lm_head", blockMatrix: false, (HeadName, configuration.VocabularySize, configuration.HiddenSize));
        if (storage is not null) Freeze();
        _packJob = new PackJob(this);
    }

    public Device Device { get; }

    public ModelConfiguration Configuration { get; }

    public ParameterStore Parameters { get; }

    /// <summary>
    /// The adapter that it is used with where nobody asks for another; null for the model as it is. With one, the model's own weights are
    /// frozen, and the adapter's are what is trained. Owned by the model.
    /// </summary>
    public Adapter? Adapter { get; private set; }

    /// <summary>What kind of adapter it is, as its file says it; null without one.</summary>
    public AdapterConfiguration? AdapterConfiguration { get; private set; }

    /// <summary>SHA-256 of the weights that the adapter belongs to; null where it is not known.</summary>
    public string? AdapterBase { get; private set; }

    /// <summary>The weights that training changes: the adapter's where there is one.</summary>
    public ParameterStore Trained => Adapter?.Parameters ?? Parameters;

    /// <summary>
    /// Whether it is trained in little memory: packed copies of the weights are held while samples are drawn and not beside gradients, and
    /// what samples and trains gives its memory back when it is done. No bit depends on it.
    /// </summary>
    public bool IsLean { get; private set; }

    /// <summary>The rows of the vocabulary.</summary>
    public LinearWeight Embedding => _embedding;

    /// <summary>The output matrix, which may be the embedding itself.</summary>
    public LinearWeight Head { get; }

    /// <summary>The matrix of the configuration's <see cref="OutputHead"/>; null for a language model, and where a <see cref="SurpriseHead"/> reads it.</summary>
    public LinearWeight? Score { get; }

    /// <summary>Its bias; null without.</summary>
    public Parameter? ScoreBias { get; }

    /// <summary>
    /// Random weights: matrices uniform in ±1/sqrt(inputs), the embedding normal with deviation 0.02, norms one, biases zero. Each
    /// parameter has its own random stream.
    /// </summary>
    public void Initialise(ulong seed)
    {
        for (var i = 0; i < Parameters.Parameters.Count; i++)
        {
            var parameter = Parameters.Parameters[i];
            var stream = new RandomStream(seed, StreamStage.Weights, problem: i);
            var values = new float[parameter.Length];
            if (parameter.IsVector)
            {
                if (!parameter.Name.EndsWith(".bias", StringComparison.Ordinal)) Array.Fill(values, Configuration.NormWeightsFromOne ? 0 : 1);
            }
            else if (parameter.IsBlockMatrix)
            {
                var bound = 1 / Math.Sqrt(parameter.Columns);
                for (var k = 0; k < values.Length; k++) values[k] = (float)(((2 * stream.NextDouble()) - 1) * bound);
            }
            else
            {
                for (var k = 0; k < values.Length; k++) values[k] = (float)(0.02 * stream.NextNormal());
            }

            Parameters.Values.Write(parameter.Offset, values);
        }
    }

    /// <summary>Copies the weights from a checkpoint, after checking names, shapes and that every number is finite.</summary>
    public void Load(ITensorSource source)
    {
        ParameterNames.Check(Configuration, source);
        if (Parameters.Storage is not null) new StoredWeightsLoad(Device, Parameters.LinearWeights, source).Run();
        var buffer = new float[Math.Min(1 << 20, Parameters.Parameters.Max(p => p.Length))];
        foreach (var parameter in Parameters.Parameters)
        {
            if (parameter.Offset == Parameter.Elsewhere) continue;
            for (long at = 0; at < parameter.Length; at += buffer.Length)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Length - at));
                source.Read(parameter.Name, piece, at);
                StoredWeightsLoad.CheckFinite(piece, source, parameter.Name);
                Parameters.Values.Write(parameter.Offset + at, piece);
            }
        }
    }

    /// <summary>Copies the weights that another model has under the same names and shapes; the others stay as they are.</summary>
    public void LoadShared(LanguageModel other)
    {
        var buffer = new float[1 << 16];
        foreach (var parameter in Parameters.Parameters)
        {
            if (!other.Parameters.TryGet(parameter.Name, out var from) || from.Length != parameter.Length) continue;
            for (long at = 0; at < parameter.Length; at += buffer.Length)
            {
                var piece = buffer.AsSpan(0, (int)Math.Min(buffer.Length, parameter.Length - at));
                other.Parameters.Values.Read(from.Offset + at, piece);
                Parameters.Values.Write(parameter.Offset + at, piece);
            }
        }
    }

    /// <summary>Gives the model an adapter, whose owner it becomes, in place of one that it had.</summary>
    public void Adapt(Adapter adapter, AdapterConfiguration configuration, string? baseWeights)
    {
        Adapter?.Dispose();
        (Adapter, AdapterConfiguration, AdapterBase) = (adapter, configuration, baseWeights);
        Freeze();
    }

    /// <summary>Trains it in little memory from here on, before its graphs are made.</summary>
    public void BecomeLean()
    {
        IsLean = true;
        DropPanels();
    }

    /// <summary>Whether packed copies fit where the gradients are, each in the place of its weight's.</summary>
    public bool PacksIntoGradients => Parameters.HasGradients && Parameters.LinearWeights.All(Device.Kernels.PacksInPlace);

    /// <summary>Makes the packed copies that samples are drawn with, of a lean model; in the memory of the gradients where they fit, until they are dropped.</summary>
    public void HoldPanels()
    {
        if (Parameters.Storage is not null) return;
        var inGradients = PacksIntoGradients;
        foreach (var weight in Parameters.LinearWeights)
        {
            if (inGradients) weight.ForwardPacked ??= new DeviceBuffer(Parameters.Gradients, weight.Parts[0].Offset, (long)weight.Rows * weight.Columns);
            else Device.Kernels.Prepare(weight, training: false);
        }

        _packJob.Run(training: false);
    }

    /// <summary>Gives them up.</summary>
    public void DropPanels()
    {
        foreach (var weight in Parameters.LinearWeights) weight.Unpack();
    }

    /// <summary>Renews the packed copies after the weights changed: after loading and after each optimizer step. Frozen weights are packed once.</summary>
    /// <param name="training">Also those that only a backward needs.</param>
    public void Pack(bool training)
    {
        var isDone = IsLean || Parameters.Storage is not null || (Adapter is not null && _isPacked && (_isPackedForTraining || !training));
        if (!isDone)
        {
            for (var i = 0; i < Parameters.LinearWeights.Count; i++) Device.Kernels.Prepare(Parameters.LinearWeights[i], training);
            _packJob.Run(training);
            (_isPacked, _isPackedForTraining) = (true, training);
        }

        // Magnitudes are made of the packed weights too.
        Adapter?.Pack(training);
    }

    /// <summary>Records the computation on a tape; returns the hidden states that the head reads.</summary>
    /// <param name="positions">Longest sequence that will be run.</param>
    /// <param name="tapped">Given the residual stream where it begins (-1) and behind each layer, to add operations of its own or to read it.</param>
    public Tensor Build(Tape tape, int positions, Action<int, Tensor>? tapped = null)
    {
        var c = Configuration;
        var offset = c.NormWeightsFromOne ? 1.0 : 0.0;
        tape.BeginLayer();
        var x = tape.Embed(_embedding, c.EmbeddingScale);
        tapped?.Invoke(-1, x);
        for (var i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var shape = AttentionShapeOf(i);
            var rotation = new HeadRotation(shape, c.RopeOf(i) is { } rope ? Rotary(rope, positions) : null, c.RotaryDimensions, layer.QueryNorm, layer.KeyNorm, offset, c.NormEpsilon);
            tape.BeginLayer();
            var qkv = tape.RotateHeads(tape.Linear(Normed(x, layer.InputNorm), layer.QueryKeyValue, layer.QueryKeyValueBias), rotation);
            x = Added(x, tape.Attention(qkv, shape), layer.Output, layer.OutputBias, layer.AttentionOutputNorm);
            var gated = tape.GatedActivation(tape.Linear(Normed(x, layer.FeedForwardNorm), layer.GateUp, layer.GateUpBias), c.Activation);
            x = Added(x, gated, layer.Down, layer.DownBias, layer.FeedForwardOutputNorm, endsLayer: true);
            tapped?.Invoke(i, x);
        }

        tape.BeginLayer();
        return tape.RmsNorm(x, _finalNorm, offset, c.NormEpsilon);

        Tensor Normed(Tensor read, Parameter? norm)
        {
            if (norm is not null) return tape.RmsNorm(read, norm, offset, c.NormEpsilon);
            tape.ReadUnnormed(read);
            return read;
        }

        Tensor Added(Tensor residual, Tensor from, LinearWeight weight, Parameter? bias, Parameter? norm, bool endsLayer = false) =>
            norm is null ? tape.Linear(from, weight, bias, residual, endsLayer) : tape.RmsNorm(tape.Linear(from, weight, bias), norm, offset, c.NormEpsilon, residual, endsLayer);
    }

    public AttentionShape AttentionShapeOf(int layer) => new(
        Configuration.HeadCount, Configuration.KeyValueHeadCount, Configuration.HeadSize, Configuration.AttentionScale ?? 1 / Math.Sqrt(Configuration.HeadSize),
        Causal: true, Configuration.Slides(layer) ? Configuration.SlidingWindow ?? 0 : 0, Configuration.AttentionSoftCap ?? 0);

    public void Dispose()
    {
        Adapter?.Dispose();
        Parameters.Dispose();
        foreach (var (table, _) in _rotary.Values) table.Dispose();
    }

    private void Freeze()
    {
        foreach (var parameter in Parameters.Parameters) parameter.Frozen = true;
    }

    /// <summary>[positions, RotaryDimensions]: cosines, then sines. Made again when more positions are asked for than before.</summary>
    private DeviceBuffer Rotary(RopeSettings rope, int positions)
    {
        // Hosts and scorers build their tapes on threads of their own.
        using var held = _building.EnterScope();
        if (_rotary.TryGetValue(rope, out var known) && positions <= known.Positions) return known.Table;
        var half = Configuration.RotaryDimensions / 2;
        var frequencies = RotaryTable.InverseFrequencies(rope, 2 * half, out var factor);
        var (cosines, sines) = (new double[half], new double[half]);
        // Tapes built before keep the table they know: it goes with the last of them.
        var table = Device.Allocate((long)positions * 2 * half);
        _rotary[rope] = (table, positions);
        for (var p = 0; p < positions; p++)
        {
            RotaryTable.Fill(p, frequencies, factor, cosines, sines);
            table.Write(2L * p * half, cosines);
            table.Write((2L * p * half) + half, sines);
        }

        return table;
    }

    private sealed class PackJob(LanguageModel model) : ParallelJob
    {
        private bool _training;

        public void Run(bool training)
        {
            _training = training;
            model.Device.Workers.Run(this);
        }

        public override void Execute(int worker)
        {
            var weights = model.Parameters.LinearWeights;
            for (var i = 0; i < weights.Count; i++) model.Device.Kernels.Pack(weights[i], _training, new Share(worker, model.Device.Workers.Count));
        }
    }
}
