using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>The elements of a <see cref="StoredPanel{TL}"/>, and how a vector of them becomes floats.</summary>
internal unsafe interface IStoredElements<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Bytes of one.</summary>
    static abstract int Bytes { get; }

    /// <summary>Inputs of a block, which has scales of its own; all of them where there are none.</summary>
    static abstract int BlockInputs { get; }

    /// <summary>Bytes of scales in front of a block, in a panel so many outputs wide.</summary>
    static abstract int ScaleBytes(int padded);

    /// <summary>From one block to the next.</summary>
    static abstract nint BlockBytes(int padded);

    /// <param name="scales">Those of the same outputs.</param>
    static abstract TL Load(byte* source, float* scales);
}

internal readonly unsafe struct BrainElements<TL> : IStoredElements<TL>
    where TL : struct, ILanes<TL>
{
    public static int Bytes => sizeof(ushort);

    public static int BlockInputs => int.MaxValue;

    public static int ScaleBytes(int padded) => 0;

    public static nint BlockBytes(int padded) => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Load(byte* source, float* scales) => TL.LoadBFloat16((ushort*)source);
}

internal readonly unsafe struct EightBitElements<TL> : IStoredElements<TL>
    where TL : struct, ILanes<TL>
{
    public static int Bytes => sizeof(sbyte);

    public static int BlockInputs => StoredPanel<TL>.BlockInputs;

    public static int ScaleBytes(int padded) => padded * sizeof(float);

    public static nint BlockBytes(int padded) => StoredPanel<TL>.BlockBytes(padded);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Load(byte* source, float* scales) => TL.Multiply(TL.LoadSByte((sbyte*)source), TL.Load(scales));
}
