namespace Deliberate.Core;

/// <summary>How the bins of a calibration error are cut.</summary>
internal enum CalibrationBins
{
    /// <summary>[i / B, (i + 1) / B), the last closed.</summary>
    Width,

    /// <summary>As many values each, the first ones one more where it does not divide.</summary>
    Count,
}

/// <summary>
/// Whether probabilities are what happens. Brier: the mean of (p - y)². Log loss: the mean of -ln of what the label was given, with p
/// kept 1e-15 off 0 and 1. Calibration error over bins: |mean p - share of positives|, weighted by the bins' sizes (ECE), or the
/// largest (MCE). A binary classifier's: the probability of the positive class, not of the one it would choose.
/// </summary>
internal static class Calibration
{
    private const double Least = 1e-15;

    public static double Brier(IReadOnlyList<bool> labels, IReadOnlyList<double> probabilities) =>
        Checked(labels, probabilities).Average(i => Math.Pow(probabilities[i] - (labels[i] ? 1 : 0), 2));

    public static double LogLoss(IReadOnlyList<bool> labels, IReadOnlyList<double> probabilities) =>
        Checked(labels, probabilities).Average(i => -Math.Log(Math.Clamp(labels[i] ? probabilities[i] : 1 - probabilities[i], Least, 1 - Least)));

    /// <summary>ECE and MCE.</summary>
    public static (double Expected, double Largest) Error(IReadOnlyList<bool> labels, IReadOnlyList<double> probabilities, int bins, CalibrationBins by)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bins);
        var all = Checked(labels, probabilities).ToArray();
        double expected = 0, largest = 0;
        foreach (var bin in by == CalibrationBins.Width ? ByWidth(all, probabilities, bins) : ByCount(all, probabilities, bins))
        {
            var gap = Math.Abs(bin.Average(i => probabilities[i]) - bin.Average(i => labels[i] ? 1.0 : 0));
            expected += gap * bin.Count / all.Length;
            largest = Math.Max(largest, gap);
        }

        return (expected, largest);
    }

    private static IEnumerable<List<int>> ByWidth(int[] all, IReadOnlyList<double> p, int bins) =>
        all.GroupBy(i => Math.Min(bins - 1, (int)(p[i] * bins))).OrderBy(g => g.Key).Select(g => g.ToList());

    private static IEnumerable<List<int>> ByCount(int[] all, IReadOnlyList<double> p, int bins)
    {
        int[] sorted = [.. all.OrderBy(i => p[i])];
        for (int bin = 0, first = 0; bin < bins; bin++)
        {
            var size = (sorted.Length / bins) + (bin < sorted.Length % bins ? 1 : 0);
            if (size > 0) yield return [.. sorted.Skip(first).Take(size)];
            first += size;
        }
    }

    private static IEnumerable<int> Checked(IReadOnlyList<bool> labels, IReadOnlyList<double> probabilities)
    {
        if (labels.Count != probabilities.Count || labels.Count == 0) throw new ArgumentException("A probability a label, at least one.", nameof(probabilities));
        foreach (var p in probabilities)
            if (p is not (>= 0 and <= 1)) throw new ArgumentOutOfRangeException(nameof(probabilities), p, "A probability is between 0 and 1.");
        return Enumerable.Range(0, labels.Count);
    }
}
