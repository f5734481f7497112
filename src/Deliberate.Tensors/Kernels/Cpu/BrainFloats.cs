using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>Brain floats (BF16), the upper halves of F32: rounding to them, and back, which is exact.</summary>
internal static unsafe class BrainFloats<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>To nearest, ties to even.</summary>
    public static ushort Rounded(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        // The payload of a NaN may be in the lower half only: it must not become infinity.
        if ((bits & 0x7FFFFFFF) > 0x7F800000) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>Whole vectors: up to the next multiple of the lanes is read and written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Widen(ushort* source, float* target, nint count)
    {
        for (nint i = 0; i < count; i += TL.Width) TL.Store(TL.LoadBFloat16(source + i), target + i);
    }
}
