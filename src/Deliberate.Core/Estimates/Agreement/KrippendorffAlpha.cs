namespace Deliberate.Core;

/// <summary>What kind of value raters give.</summary>
internal enum RatingScale
{
    /// <summary>Names: different or not.</summary>
    Nominal,

    /// <summary>An order: distance by how many ratings lie between.</summary>
    Ordinal,

    /// <summary>Numbers: the square of their difference.</summary>
    Interval,
}

/// <summary>
/// Krippendorff's alpha, 1 - observed / expected disagreement, of any number of raters, of whom any may have left out any item: over
/// the coincidences of values within items, Σ o δ² / Σ e δ². Items with fewer than two ratings say nothing. Null where all values
/// are alike: there is then no disagreement to expect.
/// </summary>
internal static class KrippendorffAlpha
{
    private const int Resamples = 1000;

    /// <param name="ratings">[rater][item]; NaN where it was not rated.</param>
    /// <param name="scale">Of the values.</param>
    public static double? Of(IReadOnlyList<IReadOnlyList<double>> ratings, RatingScale scale)
    {
        var items = Enumerable.Range(0, ratings[0].Count);
        return Of([.. items.Select(i => ratings.Select(r => r[i]).Where(v => !double.IsNaN(v)).ToArray())], scale);
    }

    /// <summary>With a bootstrap interval over items.</summary>
    /// <param name="ratings">[rater][item]; NaN where it was not rated.</param>
    /// <param name="scale">Of the values.</param>
    /// <param name="seed">Draws the resamples.</param>
    public static Estimate Over(IReadOnlyList<IReadOnlyList<double>> ratings, RatingScale scale, ulong seed)
    {
        double[][] items = [.. Enumerable.Range(0, ratings[0].Count).Select(i => ratings.Select(r => r[i]).Where(v => !double.IsNaN(v)).ToArray()).Where(v => v.Length > 1)];
        var samples = items.Sum(i => i.Length);
        if (items.Length == 0 || Of(items, scale) is not { } alpha) return Estimate.Unmeasured(items.Length, items.Length, samples);
        var drawn = Bootstrap.Resample(items.Length, Resamples, new RandomStream(seed, StreamStage.Bootstrap), chosen => Of([.. chosen.Select(i => items[i])], scale) ?? 1);
        var interval = Bootstrap.Percentile(drawn, Estimate.Confidence);
        return interval.Width > 0 ? new Estimate(alpha, interval, items.Length, items.Length, samples, EstimateMethod.Bootstrap) : Estimate.WithoutInterval(alpha, items.Length, items.Length, samples);
    }

    private static double? Of(double[][] items, RatingScale scale)
    {
        double[] values = [.. items.Where(i => i.Length > 1).SelectMany(i => i).Distinct().Order()];
        var coincidences = new double[values.Length, values.Length];
        var totals = new double[values.Length];
        foreach (var item in items.Where(i => i.Length > 1))
        {
            var places = Array.ConvertAll(item, v => Array.BinarySearch(values, v));
            for (var a = 0; a < places.Length; a++)
            {
                totals[places[a]]++;
                for (var b = 0; b < places.Length; b++)
                    if (a != b) coincidences[places[a], places[b]] += 1.0 / (places.Length - 1);
            }
        }

        double n = totals.Sum(), observed = 0, expected = 0;
        for (var c = 0; c < values.Length; c++)
        {
            var between = totals[c] / 2;
            for (var k = c + 1; k < values.Length; k++)
            {
                between += k == c + 1 ? 0 : totals[k - 1];
                var distance = scale switch
                {
                    RatingScale.Ordinal => between + (totals[k] / 2),
                    RatingScale.Interval => values[k] - values[c],
                    _ => 1,
                };
                observed += coincidences[c, k] * distance * distance;
                expected += totals[c] * totals[k] / (n - 1) * distance * distance;
            }
        }

        return expected > 0 ? 1 - (observed / expected) : null;
    }
}
