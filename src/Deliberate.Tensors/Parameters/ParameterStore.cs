namespace Deliberate.Tensors;

/// <summary>
/// All weights of a model in one buffer and their gradients in another of the same layout, each parameter on a 64-byte boundary
/// unless it is stacked onto the one before. A store for inference holds only the vectors so: its matrices are kept once, by their
/// <see cref="LinearWeight"/>, in the layout of the products.
/// </summary>
internal sealed class ParameterStore : IDisposable
{
    private readonly List<Parameter> _parameters = [];
    private readonly List<LinearWeight> _linear = [];
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly Device _device;
    private long _length;
    private DeviceBuffer? _values, _gradients;

    /// <param name="storage">How matrices are held for inference alone; null where they may be trained.</param>
    public ParameterStore(Device device, WeightStorage? storage = null)
    {
        _device = device;
        Storage = storage;
    }

    public WeightStorage? Storage { get; }

    public IReadOnlyList<Parameter> Parameters => _parameters;

    public IReadOnlyList<LinearWeight> LinearWeights => _linear;

    /// <summary>Made when first asked for, after which the layout is fixed.</summary>
    public DeviceBuffer Values => _values ??= _device.Allocate(_length);

    public DeviceBuffer Gradients => _gradients ?? throw new InvalidOperationException("These parameters have no gradients: call MakeGradients before training.");

    public bool HasGradients => _gradients is not null;

    /// <summary>Elements of the buffers, padding included.</summary>
    public long BufferLength => _length;

    /// <summary>Weights, padding not counted.</summary>
    public long Count => _parameters.Sum(p => p.Length);

    /// <summary>Takes memory for the gradients; inference does without. Not for several threads.</summary>
    public void MakeGradients()
    {
        if (Storage is not null) throw new InvalidOperationException("These weights are held for inference: open the model for training.");
        _gradients ??= _device.Allocate(_length);
    }

    /// <summary>Exchanges the values with those of another moment; the packed copies are renewed by the caller.</summary>
    public void SwapValues(ref DeviceBuffer other)
    {
        if (other.Length != _length) throw new ArgumentException("The buffer is not laid out as these parameters.", nameof(other));
        (_values, other) = (other, Values);
    }

    /// <summary>
    /// Exchanges the values with what stands in the memory of the gradients, which no one needs between an update and the next: another
    /// model's values, for a while, without memory of their own.
    /// </summary>
    public void ExchangeWithGradients() => (_values, _gradients) = (Gradients, Values);

    /// <summary>Gives the memory of the gradients back to the system until the next are made: they are zero.</summary>
    public void ReleaseGradients() => _gradients?.ReleasePages();

    public Parameter this[string name] => _byName[name];

    public bool TryGet(string name, out Parameter parameter) => _byName.TryGetValue(name, out parameter!);

    /// <summary>Adds a vector of weights.</summary>
    public Parameter AddVector(string name, int length) => Add(name, length, 1, isVector: true, blockMatrix: false, stacked: false);

    /// <summary>Adds a matrix that is read on the host and multiplied by no kernel: it stands in the buffer however the others are held.</summary>
    public Parameter AddHostMatrix(string name, int rows, int columns) => Add(name, rows, columns, isVector: false, blockMatrix: false, stacked: false, onHost: true);

    /// <summary>Adds matrices stacked by rows, all with the same number of columns, and the linear weight made of them.</summary>
    public LinearWeight AddLinear(string name, bool blockMatrix, params ReadOnlySpan<(string Name, int Rows, int Columns)> parts)
    {
        var added = new Parameter[parts.Length];
        for (var i = 0; i < parts.Length; i++) added[i] = Add(parts[i].Name, parts[i].Rows, parts[i].Columns, isVector: false, blockMatrix, stacked: i > 0);
        var weight = new LinearWeight(name, added) { Storage = Storage };
        _linear.Add(weight);
        return weight;
    }

    /// <summary>Adds vectors stacked one after another: the biases of stacked matrices. Returns the first.</summary>
    public Parameter AddStackedVectors(params ReadOnlySpan<(string Name, int Length)> parts)
    {
        var first = Add(parts[0].Name, parts[0].Length, 1, isVector: true, blockMatrix: false, stacked: false);
        foreach (var (name, length) in parts[1..]) Add(name, length, 1, isVector: true, blockMatrix: false, stacked: true);
        return first;
    }

    public void Dispose()
    {
        _values?.Dispose();
        _gradients?.Dispose();
        foreach (var weight in _linear) weight.Dispose();
    }

    private Parameter Add(string name, int rows, int columns, bool isVector, bool blockMatrix, bool stacked, bool onHost = false)
    {
        if (_values is not null) throw new InvalidOperationException("The store is in use: its layout is fixed.");
        if (!stacked) _length = (_length + 15) & ~15L;
        var elsewhere = Storage is not null && !isVector && !onHost;
        var parameter = new Parameter(name, rows, columns, elsewhere ? Parameter.Elsewhere : _length, isVector, this) { IsBlockMatrix = blockMatrix };
        if (!elsewhere) _length += parameter.Length;
        _parameters.Add(parameter);
        _byName.Add(name, parameter);
        return parameter;
    }
}
