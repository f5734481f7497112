namespace Deliberate.Tensors;

/// <summary>
/// A matrix of activations [rows, columns], row-major, with its gradient. The number of rows in use belongs to the batch; the
/// capacity is fixed when the tape is built. Rows are <see cref="Stride"/> elements apart: columns, padded so that rows never
/// lie a power of two of bytes apart, where they would compete for the same few cache sets.
/// </summary>
internal sealed unsafe class Tensor
{
    public Tensor(int columns, DeviceBuffer value, long offset = 0, int stride = 0)
    {
        Columns = columns;
        Stride = stride == 0 ? PaddedStride(columns) : stride;
        Value = value;
        Offset = offset;
    }

    public int Columns { get; }

    public int Stride { get; }

    public DeviceBuffer Value { get; }

    public long Offset { get; }

    /// <summary>The gradient's memory, of the same shape; null in inference.</summary>
    public DeviceBuffer? Gradient { get; set; }

    public long GradientOffset { get; set; }

    /// <summary>
    /// The later tensor that this one was added to as a residual: its gradient flows here unchanged, and whoever computes this
    /// tensor's gradient starts from it.
    /// </summary>
    public Tensor? ResidualOf { get; set; }

    /// <summary>Columns rounded up to whole cache lines of 16 floats, an odd number of lines where it would be a multiple of eight.</summary>
    public static int PaddedStride(int columns)
    {
        if (columns == 1) return 1;
        var lines = (columns + 15) / 16;
        return (lines % 8 == 0 ? lines + 1 : lines) * 16;
    }

    public float* F32(long row) => Value.F32 + Offset + (row * Stride);

    public float* GradientF32(long row) => Gradient!.F32 + GradientOffset + (row * Stride);

    public double* F64(long row) => Value.F64 + Offset + (row * Stride);

    public double* GradientF64(long row) => Gradient!.F64 + GradientOffset + (row * Stride);
}

/// <summary>Rows [Begin, End) of a batch.</summary>
internal readonly record struct Rows(int Begin, int End)
{
    public int Count => End - Begin;
}

/// <summary>One of several equal shares of work whose outputs do not overlap: share <see cref="Index"/> of <see cref="Count"/>.</summary>
internal readonly record struct Share(int Index, int Count)
{
    public static Share Whole => new(0, 1);

    /// <summary>The part of [0, length) that falls to this share, cut at multiples of the grain.</summary>
    public (int Begin, int End) Of(int length, int grain = 1)
    {
        var blocks = (length + grain - 1) / grain;
        var begin = (int)((long)blocks * Index / Count) * grain;
        var end = (int)((long)blocks * (Index + 1) / Count) * grain;
        return (Math.Min(begin, length), Math.Min(end, length));
    }
}
