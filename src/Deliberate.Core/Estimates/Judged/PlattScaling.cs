namespace Deliberate.Core;

/// <summary>
/// A probability of a score (Platt 1999, without his smoothing of the labels): σ(intercept + slope · score) of greatest likelihood, by
/// Newton's method. Labels that the score separates have no such fit: null.
/// </summary>
internal sealed record PlattScaling(double Intercept, double Slope)
{
    private const int MostSteps = 100;
    private const double Steepest = 1e4;

    public double Probability(double score) => 1 / (1 + Math.Exp(-(Intercept + (Slope * score))));

    public static PlattScaling? Fit(IReadOnlyList<bool> labels, IReadOnlyList<double> scores)
    {
        if (labels.Count != scores.Count || labels.Count == 0) throw new ArgumentException("A score a label, at least one.", nameof(scores));
        double intercept = 0, slope = 0;
        for (var step = 0; step < MostSteps; step++)
        {
            double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
            for (var i = 0; i < labels.Count; i++)
            {
                double p = 1 / (1 + Math.Exp(-(intercept + (slope * scores[i])))), gap = (labels[i] ? 1 : 0) - p, weight = p * (1 - p), x = scores[i];
                (g0, g1, h00, h01, h11) = (g0 + gap, g1 + (gap * x), h00 + weight, h01 + (weight * x), h11 + (weight * x * x));
            }

            var determinant = (h00 * h11) - (h01 * h01);
            if (!(determinant > 1e-12 * h00 * h11)) return null;
            double d0 = ((h11 * g0) - (h01 * g1)) / determinant, d1 = ((h00 * g1) - (h01 * g0)) / determinant;
            (intercept, slope) = (intercept + d0, slope + d1);
            if (!double.IsFinite(slope) || Math.Abs(slope) > Steepest) return null;
            if (Math.Abs(d0) + Math.Abs(d1) < 1e-12 * (1 + Math.Abs(intercept) + Math.Abs(slope))) return new PlattScaling(intercept, slope);
        }

        return null;
    }
}
