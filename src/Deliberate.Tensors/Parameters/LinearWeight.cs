namespace Deliberate.Tensors;

/// <summary>
/// The weight of a linear operation, W [Rows = outputs, Columns = inputs]: one parameter or several stacked by rows (q, k and v;
/// gate and up), so that one product serves them all. The device keeps packed copies, renewed after each update, where
/// memory allows.
/// </summary>
internal sealed class LinearWeight(string name, Parameter[] parts) : IDisposable
{
    public string Name { get; } = name;

    /// <summary>Stacked by rows, contiguous in the store.</summary>
    public Parameter[] Parts { get; } = parts;

    public int Rows { get; } = parts.Sum(p => p.Rows);

    public int Columns { get; } = parts[0].Columns;

    public bool Frozen => Array.TrueForAll(Parts, p => p.Frozen);

    /// <summary>
    /// Null for a weight that may be trained: its values are in the store, and the packed copies follow them. Otherwise the
    /// weight is only in <see cref="Stored"/>, as this says.
    /// </summary>
    public WeightStorage? Storage { get; init; }

    /// <summary>The one copy of an inference-only weight: bytes in the device's own layout.</summary>
    public DeviceBuffer? Stored { get; set; }

    /// <summary>Panels for y = x·Wᵀ; made by the device. Null where they are laid out on the way.</summary>
    public DeviceBuffer? ForwardPacked { get; set; }

    /// <summary>Panels for dx = dy·W; made by the device when training. Null as those.</summary>
    public DeviceBuffer? BackwardPacked { get; set; }

    public unsafe float* F32 => Parts[0].F32;

    public unsafe float* GradientF32 => Parts[0].GradientF32;

    public unsafe double* F64 => Parts[0].F64;

    public unsafe double* GradientF64 => Parts[0].GradientF64;

    /// <summary>Gives up the packed copies: products lay out what they need on the way.</summary>
    public void Unpack()
    {
        ForwardPacked?.Dispose();
        BackwardPacked?.Dispose();
        ForwardPacked = BackwardPacked = null;
    }

    public void Dispose()
    {
        Unpack();
        Stored?.Dispose();
        Stored = null;
    }
}
