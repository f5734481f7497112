namespace Deliberate.Tensors;

/// <summary>From the kept statistics of a row to a token's log-probability: one formula for training and sampling.</summary>
internal static class TokenStatistics
{
    /// <summary>log p = (z - max) - log Σ e^(z - max), in double, rounded once.</summary>
    public static float LogProbability(float z, float max, float sum) => (float)(z - (double)max - Math.Log(sum));
}
