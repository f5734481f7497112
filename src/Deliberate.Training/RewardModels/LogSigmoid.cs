using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>ln σ(x) and its relatives without overflow: exact to rounding however far x is from 0.</summary>
internal static class LogSigmoid
{
    public static double Sigmoid(double x) => x >= 0 ? 1 / (1 + Math.Exp(-x)) : Math.Exp(x) / (1 + Math.Exp(x));

    /// <summary>ln(1 + e^x) = -ln σ(-x).</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + NearZero.LogOfOnePlus(Math.Exp(-Math.Abs(x)));

    /// <summary>-ln σ(x), and its derivative -σ(-x).</summary>
    public static (double Loss, double Derivative) Negative(double x) => (Softplus(-x), -Sigmoid(-x));
}
