using System.Runtime.CompilerServices;

namespace Deliberate.Tensors;

/// <summary>
/// Elementary functions on lanes. Error bounds are against the exact value and hold for every float in the range named, for each
/// width of vector; all vectors give the same bits, one float at a time (which rounds products before it adds) may differ within
/// the bound. NaN gives NaN.
/// </summary>
internal static class VectorMath<TL>
    where TL : struct, ILanes<TL>
{
    /// <summary>Below this, e^x is not a normal float; <see cref="Exp"/> gives 0.</summary>
    public const float ExpLowest = -87.33654f;

    /// <summary>From here on <see cref="Exp"/> stays at e^88.37626 = 2.406e38.</summary>
    public const float ExpHighest = 88.37626f;

    /// <summary>ln 2^-40: the logarithm below which <see cref="Probability"/> is 0.</summary>
    public const float LogNegligible = -27.725887f;

    /// <summary>
    /// e^x, relative error below 1e-7 (worst of all floats: 8.5e-8, at most 1.5 units in the last place). Nothing is
    /// subnormal or infinite: 0 below <see cref="ExpLowest"/>, where e^x is less than the least normal float, -∞ included, and
    /// e^<see cref="ExpHighest"/> above that, +∞ included. x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 7 in r, times
    /// 2^n; ln 2 is split in two so that n·(high part) is exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Exp(TL x) => Exponential(x, ExpLowest);

    /// <summary>
    /// e^x for the logarithm of a probability: <see cref="Exp"/>, and 0 below <see cref="LogNegligible"/>. All that is left out
    /// of a row of n is below n·2^-40 of its sum, less than half a unit in the last place up to 32,768 of them. It is left out because
    /// a confident model's small probabilities, multiplied with one another on the way back, become subnormal numbers, on which a
    /// processor is some hundred times slower: the backward of attention took six times as long at the end of a run as at its start.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Probability(TL x) => Exponential(x, LogNegligible);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TL Exponential(TL x, float lowest)
    {
        var clamped = TL.Max(TL.Min(x, TL.Broadcast(ExpHighest)), TL.Broadcast(lowest));
        var n = TL.Round(TL.Multiply(clamped, TL.Broadcast(1.442695041f)));
        var r = TL.Fma(n, TL.Broadcast(-0.693359375f), clamped);
        r = TL.Fma(n, TL.Broadcast(2.12194440e-4f), r);
        var p = TL.Broadcast(1.9875691500e-4f);
        p = TL.Fma(p, r, TL.Broadcast(1.3981999507e-3f));
        p = TL.Fma(p, r, TL.Broadcast(8.3334519073e-3f));
        p = TL.Fma(p, r, TL.Broadcast(4.1665795894e-2f));
        p = TL.Fma(p, r, TL.Broadcast(1.6666665459e-1f));
        p = TL.Fma(p, r, TL.Broadcast(5.0000001201e-1f));
        p = TL.Add(TL.Fma(p, TL.Multiply(r, r), r), TL.Broadcast(1));
        return TL.ZeroWhereBelow(TL.Multiply(p, TL.PowerOfTwo(n)), x, TL.Broadcast(lowest));
    }

    /// <summary>
    /// σ(x) = 1 / (1 + e^-x), relative error below 2.5e-7 from -<see cref="ExpHighest"/> up (worst of all floats in vectors: 2.2e-7, where σ is
    /// subnormal). Below, -∞ included, it stays at 4.156e-39 and does not fall to 0, since the exponential does not rise.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Sigmoid(TL x) => TL.Divide(TL.Broadcast(1), TL.Add(TL.Broadcast(1), Exp(TL.Subtract(TL.Zero, x))));

    /// <summary>
    /// tanh x = 1 - 2 / (e^2x + 1), absolute error below 2e-7; ±1 at ±∞. The difference cancels near 0: |x| below 1e-7 has no
    /// correct digit.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TL Tanh(TL x) =>
        TL.Subtract(TL.Broadcast(1), TL.Divide(TL.Broadcast(2), TL.Add(Exp(TL.Add(x, x)), TL.Broadcast(1))));
}
