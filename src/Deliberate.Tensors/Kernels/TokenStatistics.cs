namespace Deliberate.Tensors;

/// <summary>From the kept statistics of a row to a token's log-probability: one formula a device for training and sampling.</summary>
internal static class TokenStatistics
{
    /// <summary>log p = (z - max) - log Σ e^(z - max), in double, rounded once.</summary>
    public static float LogProbability(float z, float max, float sum) => (float)(z - (double)max - Math.Log(sum));

    /// <summary>The same from the logarithm of the sum, which the device took: differences alone, which no compiler makes otherwise.</summary>
    public static float OfLogSum(float z, float max, float logSum) => z - max - logSum;
}
