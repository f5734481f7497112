namespace Deliberate.Core;

/// <summary>What was predicted of some cases alike, and how many of them it was true of.</summary>
/// <param name="Predicted">The mean.</param>
/// <param name="Observed">The share, with its interval.</param>
internal sealed record CalibrationBin(double Predicted, Estimate Observed);

/// <summary>
/// Whether probabilities are as often true as they say: a reliability diagram over bins of equal width, the expected calibration error
/// Σ n_b / n · |observed - predicted| (Guo et al. 2017), and the temperature by which logits are best divided.
/// </summary>
internal sealed record Calibration(IReadOnlyList<CalibrationBin> Bins, double ExpectedError, double NegativeLogLikelihood)
{
    private const int BinCount = 10;

    /// <param name="cases">What was predicted, and what was so (1 or 0, or a probability).</param>
    public static Calibration Of(IReadOnlyList<(double Predicted, double Observed)> cases)
    {
        var bins = new List<CalibrationBin>();
        double error = 0, loss = 0;
        foreach (var bin in cases.GroupBy(c => Math.Min(BinCount - 1, (int)(c.Predicted * BinCount))).OrderBy(b => b.Key))
        {
            var (predicted, observed) = (bin.Average(c => c.Predicted), bin.Select(c => c.Observed).ToArray());
            var share = ShareInterval.Of(observed, observed.Length, observed.Length);
            bins.Add(new CalibrationBin(predicted, share));
            error += (double)observed.Length / cases.Count * Math.Abs(share.Value - predicted);
        }

        foreach (var (predicted, observed) in cases)
        {
            var p = Math.Clamp(predicted, 1e-15, 1 - 1e-15);
            loss -= ((observed * Math.Log(p)) + ((1 - observed) * Math.Log(1 - p))) / cases.Count;
        }

        return new Calibration(bins, error, loss);
    }

    /// <summary>The temperature between 1/20 and 20 with the smallest loss, by golden section on its logarithm; the loss has one minimum.</summary>
    /// <param name="loss">The negative log-likelihood at a temperature.</param>
    public static double BestTemperature(Func<double, double> loss)
    {
        const double Golden = 0.6180339887498949;
        double low = -Math.Log(20), high = Math.Log(20);
        double a = high - (Golden * (high - low)), b = low + (Golden * (high - low));
        double atA = loss(Math.Exp(a)), atB = loss(Math.Exp(b));
        for (var i = 0; i < 60; i++)
        {
            if (atA < atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (Golden * (high - low));
                atA = loss(Math.Exp(a));
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (Golden * (high - low));
                atB = loss(Math.Exp(b));
            }
        }

        return Math.Exp((low + high) / 2);
    }
}
