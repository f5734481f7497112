namespace Deliberate.Core;

/// <summary>
/// A logistic model with a random intercept for each cluster, such as the template that decisions were asked with:
/// P(y = 1) = σ(x·β + σ_u v), v standard normal for each cluster, by greatest likelihood. The integral over v is adaptive Gauss–Hermite
/// quadrature around each cluster's mode (with one node it would be Laplace's); gradient and information are those of the integral
/// (Louis 1982), so standard errors are of the observed information. What it leaves out: random slopes and crossed effects.
/// </summary>
/// <param name="Coefficients">β, in logits, by column.</param>
/// <param name="Deviation">σ_u; 0 where the clusters differ no more than chance.</param>
/// <param name="LogLikelihood">In nats.</param>
/// <param name="Clusters">Number of them.</param>
/// <param name="Rows">Number of observations.</param>
internal sealed record MixedLogistic(IReadOnlyList<Estimate> Coefficients, IReadOnlyList<double> StandardErrors, double Deviation, double LogLikelihood, int Clusters, int Rows)
{
    private const int Nodes = 25;

    /// <summary>Logits from which a coefficient is taken to have no end: a level of a factor always said the same.</summary>
    private const double Endless = 15;

    private static readonly (double[] At, double[] Weight) s_rule = GaussHermite.Of(Nodes);

    /// <summary>Null where no finite model fits, as where a column separates the outcomes.</summary>
    /// <param name="outcomes">Whether it happened.</param>
    /// <param name="columns">[row][column]; the first is usually 1.</param>
    /// <param name="clusters">A number a row.</param>
    public static MixedLogistic? Fit(IReadOnlyList<bool> outcomes, IReadOnlyList<double[]> columns, IReadOnlyList<int> clusters)
    {
        if (outcomes.Count == 0 || outcomes.Count != columns.Count || outcomes.Count != clusters.Count) throw new ArgumentException("A row of columns and a cluster for each outcome.", nameof(columns));
        var p = columns[0].Length;
        if (columns.Any(c => c.Length != p)) throw new ArgumentException("As many columns in each row.", nameof(columns));
        int[][] groups = [.. Enumerable.Range(0, outcomes.Count).GroupBy(i => clusters[i]).Select(g => g.ToArray())];
        var parameters = new double[p + 1];
        parameters[p] = 1;
        var likelihood = NewtonAscent.Maximise(parameters, (at, gradient, negative) => Evaluate(at, gradient, negative, outcomes, columns, groups), out var information);
        if (likelihood is null) return null;
        // The likelihood is the same for σ and -σ; near 0 its information in σ says nothing of the coefficients.
        var deviation = Math.Abs(parameters[p]) < 1e-4 ? 0 : Math.Abs(parameters[p]);
        var block = new double[deviation == 0 ? p : p + 1, deviation == 0 ? p : p + 1];
        for (var i = 0; i < block.GetLength(0); i++)
            for (var j = 0; j < block.GetLength(1); j++) block[i, j] = information[i, j];
        if (SymmetricMatrix.Inverse(block) is not { } inverse || parameters.Take(p).Any(b => Math.Abs(b) > Endless)) return null;
        double[] errors = [.. Enumerable.Range(0, p).Select(i => Math.Sqrt(inverse[i, i]))];
        var z = Quantiles.TwoSidedNormal(Estimate.Confidence);
        return new MixedLogistic(
            [.. errors.Select((error, i) => new Estimate(parameters[i], Interval.Around(parameters[i], z, error), outcomes.Count, groups.Length, outcomes.Count, EstimateMethod.Likelihood))],
            errors, deviation, likelihood.Value, groups.Length, outcomes.Count);
    }

    private static double Evaluate(ReadOnlySpan<double> at, double[] gradient, double[,] information, IReadOnlyList<bool> outcomes, IReadOnlyList<double[]> columns, int[][] groups)
    {
        var p = at.Length - 1;
        Array.Clear(gradient);
        Array.Clear(information);
        var value = 0.0;
        double[] fixedPart = new double[outcomes.Count], mean = new double[p + 1], score = new double[p + 1];
        for (var i = 0; i < fixedPart.Length; i++)
            for (var k = 0; k < p; k++) fixedPart[i] += at[k] * columns[i][k];
        var sigma = at[p];
        var logs = new double[Nodes];
        foreach (var rows in groups)
        {
            var (mode, width) = Mode(rows, fixedPart, sigma, outcomes);
            for (var q = 0; q < Nodes; q++)
            {
                var v = mode + (Math.Sqrt(2) * width * s_rule.At[q]);
                logs[q] = Joint(rows, fixedPart, sigma, outcomes, v) + (s_rule.At[q] * s_rule.At[q]) + Math.Log(s_rule.Weight[q]);
            }

            var most = logs.Max();
            var sum = logs.Sum(l => Math.Exp(l - most));
            value += most + Math.Log(sum) + Math.Log(Math.Sqrt(2) * width) - (0.5 * Math.Log(2 * Math.PI));
            Array.Clear(mean);
            for (var q = 0; q < Nodes; q++)
            {
                double weight = Math.Exp(logs[q] - most) / sum, v = mode + (Math.Sqrt(2) * width * s_rule.At[q]);
                Array.Clear(score);
                foreach (var i in rows)
                {
                    double chance = Chance(fixedPart[i] + (sigma * v)), gap = (outcomes[i] ? 1 : 0) - chance, curve = weight * chance * (1 - chance);
                    for (var k = 0; k <= p; k++)
                    {
                        var zk = k < p ? columns[i][k] : v;
                        score[k] += gap * zk;
                        for (var l = 0; l <= k; l++) information[k, l] += curve * zk * (l < p ? columns[i][l] : v);
                    }
                }

                // Louis: the information is E[curvature] less the variance of the score over v.
                for (var k = 0; k <= p; k++)
                {
                    mean[k] += weight * score[k];
                    for (var l = 0; l <= k; l++) information[k, l] -= weight * score[k] * score[l];
                }
            }

            for (var k = 0; k <= p; k++)
            {
                gradient[k] += mean[k];
                for (var l = 0; l <= k; l++) information[k, l] += mean[k] * mean[l];
            }
        }

        for (var k = 0; k <= p; k++)
            for (var l = 0; l < k; l++) information[l, k] = information[k, l];
        return value;
    }

    /// <summary>Where the integrand of a cluster is largest, and 1 / √ of its curvature there.</summary>
    private static (double Mode, double Width) Mode(int[] rows, double[] fixedPart, double sigma, IReadOnlyList<bool> outcomes)
    {
        double v = 0, curvature = 1;
        for (var step = 0; step < 50; step++)
        {
            double slope = -v;
            curvature = 1;
            foreach (var i in rows)
            {
                var chance = Chance(fixedPart[i] + (sigma * v));
                slope += sigma * ((outcomes[i] ? 1 : 0) - chance);
                curvature += sigma * sigma * chance * (1 - chance);
            }

            var move = Math.Clamp(slope / curvature, -2, 2);
            v += move;
            if (Math.Abs(move) < 1e-10) break;
        }

        return (v, 1 / Math.Sqrt(curvature));
    }

    /// <summary>Log of the outcomes' probability and of v's density, less its constant.</summary>
    private static double Joint(int[] rows, double[] fixedPart, double sigma, IReadOnlyList<bool> outcomes, double v)
    {
        var sum = -v * v / 2;
        foreach (var i in rows)
        {
            var logit = fixedPart[i] + (sigma * v);
            sum -= Math.Log(1 + Math.Exp(-Math.Abs(logit))) + Math.Max(0, outcomes[i] ? -logit : logit);
        }

        return sum;
    }

    private static double Chance(double logit) => 1 / (1 + Math.Exp(-logit));
}
