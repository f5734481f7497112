namespace Deliberate.Tensors;

/// <summary>
/// What a training step has to say, kept on its device until the step is over and then read at once: rows of every micro-batch (statistics of
/// a head, outputs of another), and before them what <see cref="IQueuedUpdates.Decide"/> wrote. One is made for a tape and grows to its largest step.
/// </summary>
internal sealed class StepRecord(Device device) : IDisposable
{
    private const int Decision = 4;

    private DeviceBuffer? _buffer;
    private double[] _read = [];
    private int _columns;

    /// <summary>Rows kept since <see cref="Begin"/>.</summary>
    public int Rows { get; private set; }

    /// <summary>Global norm of the gradient.</summary>
    public double Norm => _read[0];

    /// <summary>Whether there was an update.</summary>
    public bool IsOpen => _read[2] != 0;

    /// <summary>Forgets what was kept.</summary>
    /// <param name="columns">Elements of a row from here on.</param>
    public void Begin(int columns)
    {
        (Rows, _columns) = (0, columns);
        Room(0);
    }

    /// <summary>Copies the first rows of a tensor whose rows are as far apart as those of this record.</summary>
    /// <returns>The row that the first of them has here.</returns>
    public int Keep(Tensor tensor, int rows)
    {
        if (tensor.Stride != _columns) throw new ArgumentException($"Rows of {tensor.Stride} elements where {_columns} were announced.", nameof(tensor));
        var first = Rows;
        Room(first + rows);
        tensor.Value.CopyTo(tensor.Offset, _buffer!, Decision + ((long)first * _columns), (long)rows * _columns);
        Rows = first + rows;
        return first;
    }

    /// <summary>Decides about the update of a step whose gradients are all there.</summary>
    public void Decide(IQueuedUpdates queue, DeviceBuffer gradients, ReadOnlySpan<(long Offset, long Length)> pieces, double clip)
    {
        queue.Decide(gradients, pieces, clip, _buffer!, Decision, Rows, _columns);
        queue.Follow(_buffer);
    }

    /// <summary>Brings everything over.</summary>
    public void Read()
    {
        var length = checked(Decision + (Rows * _columns));
        if (_read.Length < length) _read = new double[length + (length / 4)];
        _buffer!.Read(0, _read.AsSpan(0, length));
    }

    /// <summary>Rows that were read, one after the other.</summary>
    public ReadOnlySpan<double> Span(int first, int rows) => _read.AsSpan(Decision + (first * _columns), rows * _columns);

    public void Dispose() => _buffer?.Dispose();

    private void Room(int rows)
    {
        var length = Decision + ((long)rows * _columns);
        if (_buffer is not null && _buffer.Length >= length) return;
        var larger = device.Allocate(length + (length / 4));
        _buffer?.CopyTo(0, larger, 0, _buffer.Length);
        _buffer?.Dispose();
        _buffer = larger;
    }
}
