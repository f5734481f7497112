namespace Deliberate.Training;

/// <summary>Estimators of KL(new || reference) from one sampled token; d = log new - log reference (Schulman, "Approximating KL divergence").</summary>
public enum KlKind
{
    /// <summary>d: unbiased, high variance, may be negative.</summary>
    K1,

    /// <summary>|d|.</summary>
    Abs,

    /// <summary>d² / 2: biased, its gradient is unbiased.</summary>
    K2,

    /// <summary>e^-d + d - 1: unbiased, never negative.</summary>
    K3,
}

/// <summary>Value and derivative (by log new) of the KL estimators, in nats a token.</summary>
internal static class KlEstimator
{
    /// <param name="kind">Which.</param>
    /// <param name="d">log new - log reference.</param>
    /// <param name="gradient">d value / d log new; 0 beyond a clamp, 0 for |d| at 0.</param>
    /// <param name="straightThrough">Give the gradient of k2, d, with this estimator's value (verl's "+").</param>
    /// <param name="clamped">Clamp k3's input to ±20 and output to ±10, as verl does.</param>
    public static double Evaluate(KlKind kind, double d, out double gradient, bool straightThrough = false, bool clamped = false)
    {
        double value;
        switch (kind)
        {
            case KlKind.K1:
                value = d;
                gradient = 1;
                break;
            case KlKind.Abs:
                value = Math.Abs(d);
                gradient = d > 0 ? 1 : d < 0 ? -1 : 0;
                break;
            case KlKind.K2:
                value = d * d / 2;
                gradient = d;
                break;
            case KlKind.K3:
                var z = clamped ? Math.Clamp(-d, -20, 20) : -d;
                var ratio = Math.Exp(z);
                value = ratio - z - 1;
                gradient = 1 - ratio;
                if (clamped && (z != -d || value > 10)) gradient = 0;
                if (clamped) value = Math.Clamp(value, -10, 10);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind));
        }

        if (straightThrough) gradient = d;
        return value;
    }
}
