using Deliberate.Core;

namespace Deliberate.Tensors.Tests;

/// <summary>What a piece of memory is to an operation; an operation in place reads and writes the same one.</summary>
[Flags]
internal enum Role
{
    /// <summary>Read, without a gradient.</summary>
    Constant = 0,

    /// <summary>Read; the backward gives its gradient.</summary>
    Input = 1,

    /// <summary>Written; its gradient comes from outside.</summary>
    Output = 2,

    /// <summary>Written for the backward.</summary>
    Kept = 4,

    /// <summary>With Input: the backward adds the gradient to what stands there.</summary>
    Accumulated = 8,
}

/// <summary>A matrix [rows, columns] in device memory with its gradient, and the numbers on the host that both are filled with.</summary>
internal sealed class Slot(string name, Role role, Func<DeviceBuffer> value, Func<DeviceBuffer> gradient, long offset, int rows, int columns, int stride, double size)
{
    private bool _isDrawn;

    public string Name => name;

    public Role Role => role;

    public double[] Values { get; } = new double[rows * columns];

    public double[] Gradients { get; } = new double[rows * columns];

    public bool IsWeight => role.HasFlag(Role.Accumulated);

    /// <param name="random">The same one every time: the numbers are drawn at the first.</param>
    public void Write(RandomStream random)
    {
        for (var i = 0; !_isDrawn && i < Values.Length; i++)
        {
            Values[i] = (float)(random.NextNormal() * size);
            Gradients[i] = (float)random.NextNormal();
        }

        _isDrawn = true;
        Copy(Values, value());
        Copy(Gradients, gradient());
    }

    /// <summary>Writes the values again, one of them moved.</summary>
    public void WriteMoved(int index, double by)
    {
        var own = Values[index];
        Values[index] += by;
        Copy(Values, value());
        Values[index] = own;
    }

    public double[] ReadValues() => Read(value());

    public double[] ReadGradients() => Read(gradient());

    private double[] Read(DeviceBuffer buffer)
    {
        var result = new double[rows * columns];
        for (var row = 0; row < rows; row++) buffer.Read(offset + ((long)row * stride), result.AsSpan(row * columns, columns));
        return result;
    }

    private void Copy(double[] source, DeviceBuffer buffer)
    {
        for (var row = 0; row < rows; row++) buffer.Write(offset + ((long)row * stride), source.AsSpan(row * columns, columns));
    }
}
