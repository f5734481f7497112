namespace Deliberate.Core;

/// <summary>
/// One temperature for all logits (Guo et al. 2017): the T that minimises the mean negative log-likelihood of softmax(z / T), in nats.
/// In 1 / T it is convex, so its derivative Σ p z - z_y has one root, found by bisection.
/// </summary>
/// <param name="Temperature">Above 1 where the logits are too sure.</param>
internal sealed record TemperatureScaling(double Temperature, double LossBefore, double LossAfter)
{
    private const double Least = 1e-4, Most = 1e4;

    /// <param name="logits">[item][class].</param>
    /// <param name="labels">The right class of each.</param>
    public static TemperatureScaling Fit(IReadOnlyList<IReadOnlyList<double>> logits, IReadOnlyList<int> labels)
    {
        if (logits.Count != labels.Count || labels.Count == 0) throw new ArgumentException("A label an item, at least one.", nameof(labels));
        double low = Least, high = Most;
        for (var step = 0; step < 200; step++)
        {
            var inverse = Math.Sqrt(low * high);
            if (inverse <= low || inverse >= high) break;
            if (Slope(inverse) < 0) low = inverse;
            else high = inverse;
        }

        var best = Math.Sqrt(low * high);
        return new TemperatureScaling(1 / best, Loss(1), Loss(best));

        double Slope(double inverse) => Enumerable.Range(0, labels.Count).Average(i =>
        {
            var weights = Weights(logits[i], inverse, out _);
            return logits[i].Select((z, k) => z * weights[k]).Sum() - logits[i][labels[i]];
        });

        double Loss(double inverse) => Enumerable.Range(0, labels.Count).Average(i =>
        {
            Weights(logits[i], inverse, out var logSum);
            return logSum - (inverse * logits[i][labels[i]]);
        });
    }

    private static double[] Weights(IReadOnlyList<double> logits, double inverse, out double logSum)
    {
        var most = logits.Max();
        double[] weights = [.. logits.Select(z => Math.Exp(inverse * (z - most)))];
        var sum = weights.Sum();
        logSum = (inverse * most) + Math.Log(sum);
        for (var k = 0; k < weights.Length; k++) weights[k] /= sum;
        return weights;
    }
}
