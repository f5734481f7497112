namespace Deliberate.Core;

/// <summary>
/// What a number of items can show, before a run (normal approximation; two-sided level alpha, power 1 - beta, z the normal quantiles).
/// Two rates: n = (z_{α/2} + z_β)² v / δ² an arm, v = p1 (1 - p1) + p2 (1 - p2), less 2 r √(…) where the same items are asked of both and
/// their outcomes correlate by r. With K samples a question (Miller 2024, section 5): v = ω² + σ²_A / K_A + σ²_B / K_B.
/// </summary>
/// <param name="Alpha">Level, two-sided.</param>
/// <param name="Power">Probability of finding a difference that is there.</param>
internal sealed record SamplePower(double Alpha = 0.05, double Power = 0.8)
{
    private double Factor => Quantiles.TwoSidedNormal(1 - Alpha) + Quantiles.Normal(Power);

    /// <summary>Items an arm, before rounding up, for two rates on the same items whose outcomes correlate; 0 is of different items.</summary>
    public double PairedSize(double p1, double p2, double correlation)
    {
        double first = p1 * (1 - p1), second = p2 * (1 - p2);
        return Factor * Factor * (first + second - (2 * correlation * Math.Sqrt(first * second))) / Square(p1 - p2);
    }

    /// <summary>The same with the variance pooled under no difference (Fleiss, without continuity).</summary>
    public double PooledSize(double p1, double p2)
    {
        var mean = (p1 + p2) / 2;
        return Square((Quantiles.TwoSidedNormal(1 - Alpha) * Math.Sqrt(2 * mean * (1 - mean))) + (Quantiles.Normal(Power) * Math.Sqrt((p1 * (1 - p1)) + (p2 * (1 - p2))))) / Square(p1 - p2);
    }

    /// <summary>By Cohen's h, the difference of arcsines, both tails counted.</summary>
    public double ArcsineSize(double p1, double p2)
    {
        var h = CohenH(p1, p2);
        double low = 1e-6, high = 1;
        while (Reached(high) < Power) high *= 2;
        for (var step = 0; step < 200; step++)
        {
            var middle = (low + high) / 2;
            if (middle <= low || middle >= high) break;
            if (Reached(middle) < Power) low = middle;
            else high = middle;
        }

        return (low + high) / 2;

        double Reached(double n) => Of(Math.Abs(h) * Math.Sqrt(n / 2));
    }

    /// <summary>2 asin √p1 - 2 asin √p2.</summary>
    public static double CohenH(double p1, double p2) => (2 * Math.Asin(Math.Sqrt(p1))) - (2 * Math.Asin(Math.Sqrt(p2)));

    /// <summary>The power of n items for a difference whose values have the standard deviation; both tails counted.</summary>
    public double PowerOf(double n, double difference, double deviation) => Of(Math.Abs(difference) * Math.Sqrt(n) / deviation);

    /// <summary>The least difference that n items find with the power.</summary>
    public double Detectable(double n, double deviation) => Factor * deviation / Math.Sqrt(n);

    /// <summary>The same for two rates near p on the same items: the deviation of their differences follows from p and the correlation.</summary>
    public double DetectableRate(double n, double p, double correlation) => Detectable(n, Math.Sqrt(2 * p * (1 - p) * (1 - correlation)));

    /// <summary>
    /// The deviation of two systems' difference on one item, each being the mean of so many samples: of the variance of a single
    /// sample's difference a part is within items, and that part more samples shrink.
    /// </summary>
    /// <param name="within">That part, of 1.</param>
    public static double Deviation(double p1, double p2, double correlation, double within, int samples)
    {
        double first = p1 * (1 - p1), second = p2 * (1 - p2), variance = first + second - (2 * correlation * Math.Sqrt(first * second));
        return Math.Sqrt(variance * (1 - within + (within / samples)));
    }

    /// <summary>With several samples a question.</summary>
    /// <param name="n">Questions.</param>
    /// <param name="between">Variance over questions of the difference of the two systems' means.</param>
    /// <param name="withinA">Mean variance of the first's samples of one question.</param>
    /// <param name="samplesA">How many it draws of each.</param>
    /// <param name="withinB">Of the second's.</param>
    /// <param name="samplesB">And how many.</param>
    public double DetectableWithSamples(double n, double between, double withinA, int samplesA, double withinB, int samplesB) =>
        Detectable(n, Math.Sqrt(between + (withinA / samplesA) + (withinB / samplesB)));

    private double Of(double shift)
    {
        var critical = Quantiles.TwoSidedNormal(1 - Alpha);
        return Quantiles.NormalCdf(shift - critical) + Quantiles.NormalCdf(-shift - critical);
    }

    private static double Square(double x) => x * x;
}
