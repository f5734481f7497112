namespace Deliberate.Core;

/// <summary>What was predicted of some cases alike, and how many of them it was true of.</summary>
/// <param name="Predicted">The mean.</param>
/// <param name="Observed">The share, with its interval.</param>
internal sealed record ReliabilityBin(double Predicted, Estimate Observed);

/// <summary>A reliability diagram: probabilities in ten bins of equal width against what was so, and the error that they sum to (<see cref="Calibration.Error"/>).</summary>
internal sealed record Reliability(IReadOnlyList<ReliabilityBin> Bins, double ExpectedError)
{
    private const int BinCount = 10;

    public static Reliability Of(IReadOnlyList<bool> labels, IReadOnlyList<double> probabilities)
    {
        var bins = Enumerable.Range(0, labels.Count).GroupBy(i => Math.Min(BinCount - 1, (int)(probabilities[i] * BinCount))).OrderBy(b => b.Key)
            .Select(bin => new ReliabilityBin(bin.Average(i => probabilities[i]), ShareInterval.Of([.. bin.Select(i => labels[i] ? 1.0 : 0)], bin.Count(), bin.Count())));
        return new Reliability([.. bins], Calibration.Error(labels, probabilities, BinCount, CalibrationBins.Width).Expected);
    }
}
