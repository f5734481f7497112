using ILGPU;

namespace Deliberate.Tensors;

/// <summary>
/// Elementary functions for kernels, of sums and products alone, so that every driver computes the same formula: the exponential is that of
/// <see cref="VectorMath{TL}"/>, the logarithm Cephes' logf. NaN gives NaN.
/// </summary>
internal static class GpuMath
{
    /// <summary>e^x, relative error below 2e-7: 0 where it is less than the least normal float, and no larger than 2.4e38.</summary>
    public static float Exp(float x) => Exponential(x, -87.33654f);

    /// <summary>e^x for the logarithm of a probability: 0 below 2^-40, as on the CPU.</summary>
    public static float Probability(float x) => Exponential(x, -27.725887f);

    /// <summary>ln x of a normal float above 0, relative error below 2e-7.</summary>
    public static float Log(float x)
    {
        var bits = Interop.FloatAsInt(x);
        var exponent = (int)(bits >> 23) - 126;
        // In [0.5, 1), then in [√½, √2).
        var m = Interop.IntAsFloat((bits & 0x007FFFFFu) | 0x3F000000u);
        if (m < 0.70710678f)
        {
            m += m;
            exponent--;
        }

        var z = m - 1;
        var square = z * z;
        var p = 7.0376836292e-2f;
        p = (p * z) - 1.1514610310e-1f;
        p = (p * z) + 1.1676998740e-1f;
        p = (p * z) - 1.2420140846e-1f;
        p = (p * z) + 1.4249322787e-1f;
        p = (p * z) - 1.6668057665e-1f;
        p = (p * z) + 2.0000714765e-1f;
        p = (p * z) - 2.4999993993e-1f;
        p = (p * z) + 3.3333331174e-1f;
        var y = p * z * square;
        y += exponent * -2.12194440e-4f;
        y -= 0.5f * square;
        y = z + y + (exponent * 0.693359375f);
        return x < float.PositiveInfinity ? y : x;
    }

    /// <summary>1 / (1 + e^-x).</summary>
    public static float Sigmoid(float x) => 1 / (1 + Exp(-x));

    /// <summary>1 - 2 / (e^2x + 1), absolute error below 2e-7.</summary>
    public static float Tanh(float x) => 1 - (2 / (Exp(x + x) + 1));

    /// <summary>cap · tanh(x / cap); x itself where cap is 0.</summary>
    public static float SoftCap(float x, float cap) => cap == 0 ? x : cap * Tanh(x / cap);

    /// <summary>√x by Newton's iteration from a guess of the bits: drivers differ in theirs.</summary>
    public static float Sqrt(float x)
    {
        if (!(x > 0)) return x;
        var y = Interop.IntAsFloat((Interop.FloatAsInt(x) >> 1) + 0x1FBD1DF5u);
        y = 0.5f * (y + (x / y));
        y = 0.5f * (y + (x / y));
        y = 0.5f * (y + (x / y));
        return 0.5f * (y + (x / y));
    }

    private static float Exponential(float x, float lowest)
    {
        if (x < lowest) return 0;
        var clamped = x > 88.37626f ? 88.37626f : x;
        var scaled = clamped * 1.442695041f;
        var n = (int)(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
        var r = (n * -0.693359375f) + clamped;
        r = (n * 2.12194440e-4f) + r;
        var p = 1.9875691500e-4f;
        p = (p * r) + 1.3981999507e-3f;
        p = (p * r) + 8.3334519073e-3f;
        p = (p * r) + 4.1665795894e-2f;
        p = (p * r) + 1.6666665459e-1f;
        p = (p * r) + 5.0000001201e-1f;
        p = (p * r * r) + r + 1;
        return p * Interop.IntAsFloat((uint)(n + 127) << 23);
    }
}
