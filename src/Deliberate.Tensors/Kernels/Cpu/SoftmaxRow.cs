using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// The softmax of one row of scores, shared by training and sampling so that both give the same bits: lanes are assigned by the
/// absolute position of the key, and a masked key adds exactly zero, so neither the tile nor the padding can show.
/// </summary>
internal static unsafe class SoftmaxRow<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>
    /// Turns scores s[0..padded) into e^(z - max) with z = softCap(s·scale) for keys [low, high) and 0 elsewhere. Padded is a
    /// whole number of vectors and covers high. Returns max and the sum.
    /// Error, with u = 2^-24 and n keys in lanes W wide: max is exact; e^(z - max) has a relative error below 1e-7 + u·(|z - max| + 1),
    /// and is 0 where it is below 2^-40; the sum has one below 1e-7 + u·(n/W + log2 W + ln n + 1) + n·2^-40. A score of
    /// -∞ counts as masked. NaN, +∞ or nothing but -∞ in a row makes the sum NaN. Exponentials have the same bits for every width
    /// of vector, the sum does not.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (float Max, float Sum) Exponentials(float* s, int low, int high, int padded, float scale, float softCap)
    {
        for (var j = 0; j < low; j++) s[j] = float.NegativeInfinity;
        for (var j = high; j < padded; j++) s[j] = float.NegativeInfinity;
        TL factor = TL.Broadcast(scale), highest = TL.Broadcast(float.NegativeInfinity);
        var first = low & -TL.Width;
        for (var j = first; j < padded; j += TL.Width)
        {
            var z = TL.Multiply(TL.Load(s + j), factor);
            if (softCap != 0) z = Capped(z, softCap);
            TL.Store(z, s + j);
        }

        if (softCap != 0)
        {
            for (var j = first; j < low; j++) s[j] = float.NegativeInfinity;
            for (var j = high; j < padded; j++) s[j] = float.NegativeInfinity;
        }

        for (var j = first; j < padded; j += TL.Width) highest = TL.Max(highest, TL.Load(s + j));
        var max = TL.MaxElement(highest);
        TL m = TL.Broadcast(max), sum = TL.Zero;
        for (var j = 0; j < first; j++) s[j] = 0;
        for (var j = first; j < padded; j += TL.Width)
        {
            var e = VectorMath<TL>.Probability(TL.Subtract(TL.Load(s + j), m));
            TL.Store(e, s + j);
            sum = TL.Add(sum, e);
        }

        return (max, TL.Sum(sum));
    }

    /// <summary>cap·tanh(z / cap).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Capped(TL z, float cap) => TL.Multiply(TL.Broadcast(cap), VectorMath<TL>.Tanh(TL.Multiply(z, TL.Broadcast(1 / cap))));
}
