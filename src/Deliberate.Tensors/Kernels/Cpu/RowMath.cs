using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>Sums along one row and of two, in one fixed order: four interleaved lane sums, then the remainder element by element.</summary>
internal static unsafe class RowMath<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Σ x·y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot(float* x, float* y, int length)
    {
        TL s0 = TL.Zero, s1 = TL.Zero, s2 = TL.Zero, s3 = TL.Zero;
        var i = 0;
        for (; i <= length - (4 * TL.Width); i += 4 * TL.Width)
        {
            s0 = TL.Fma(TL.Load(x + i), TL.Load(y + i), s0);
            s1 = TL.Fma(TL.Load(x + i + TL.Width), TL.Load(y + i + TL.Width), s1);
            s2 = TL.Fma(TL.Load(x + i + (2 * TL.Width)), TL.Load(y + i + (2 * TL.Width)), s2);
            s3 = TL.Fma(TL.Load(x + i + (3 * TL.Width)), TL.Load(y + i + (3 * TL.Width)), s3);
        }

        for (; i <= length - TL.Width; i += TL.Width) s0 = TL.Fma(TL.Load(x + i), TL.Load(y + i), s0);
        var sum = TL.Sum(TL.Add(TL.Add(s0, s1), TL.Add(s2, s3)));
        for (; i < length; i++) sum += x[i] * y[i];
        return sum;
    }

    /// <summary>y += x.</summary>
    public static void Add(float* x, float* y, int length)
    {
        var i = 0;
        for (; i <= length - TL.Width; i += TL.Width) TL.Store(TL.Add(TL.Load(y + i), TL.Load(x + i)), y + i);
        for (; i < length; i++) y[i] += x[i];
    }

    /// <summary>Σ x·y·z, the products rounded as (x·y)·z.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot3(float* x, float* y, float* z, float offset, int length)
    {
        TL s0 = TL.Zero, s1 = TL.Zero, shift = TL.Broadcast(offset);
        var i = 0;
        for (; i <= length - (2 * TL.Width); i += 2 * TL.Width)
        {
            s0 = TL.Fma(TL.Multiply(TL.Load(x + i), TL.Load(y + i)), TL.Add(TL.Load(z + i), shift), s0);
            s1 = TL.Fma(TL.Multiply(TL.Load(x + i + TL.Width), TL.Load(y + i + TL.Width)), TL.Add(TL.Load(z + i + TL.Width), shift), s1);
        }

        for (; i <= length - TL.Width; i += TL.Width) s0 = TL.Fma(TL.Multiply(TL.Load(x + i), TL.Load(y + i)), TL.Add(TL.Load(z + i), shift), s0);
        var sum = TL.Sum(TL.Add(s0, s1));
        for (; i < length; i++) sum += x[i] * y[i] * (z[i] + offset);
        return sum;
    }
}
