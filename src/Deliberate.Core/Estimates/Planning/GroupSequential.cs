namespace Deliberate.Core;

/// <summary>How a level is spent over the looks.</summary>
internal enum SpendingFunction
{
    /// <summary>Little at first: on each side 2 - 2 Φ(z_{α/4} / √t), like O'Brien and Fleming's boundary. The last look is nearly as good as a single one.</summary>
    ObrienFleming,

    /// <summary>Evenly: α ln(1 + (e - 1) t), like Pocock's boundary. Ends early more often, and costs more at the end.</summary>
    Pocock,
}

/// <summary>One planned look at the data.</summary>
/// <param name="Information">The share of the planned items that are in, above 0 to 1.</param>
/// <param name="Critical">|z| from which the difference is established at this look.</param>
/// <param name="NominalP">The two-sided p-value that this is.</param>
/// <param name="Spent">The level spent up to here.</param>
internal sealed record PlannedLook(double Information, double Critical, double NominalP, double Spent);

/// <summary>
/// Looking at the data before all of it is in, with the error of all looks together held at alpha (Lan and DeMets 1983): the critical
/// value of each look is chosen so that P(crossed first here | no difference) is what the spending function releases. The density of
/// the score that has not crossed is carried from look to look on a grid (Armitage, McPherson and Rowe 1969). Looks may be taken at
/// other shares than planned, but must be recorded: only those taken are spent on.
/// </summary>
internal static class GroupSequential
{
    /// <summary>Odd, for Simpson's rule.</summary>
    private const int Points = 801;

    private const double FarOut = 8;

    /// <param name="information">Shares of the planned items at each look, rising, the last at most 1.</param>
    /// <param name="alpha">Two-sided, of all looks together.</param>
    /// <param name="spending">How it is spent.</param>
    public static IReadOnlyList<PlannedLook> Plan(IReadOnlyList<double> information, double alpha, SpendingFunction spending)
    {
        if (information.Count == 0 || information[0] <= 0 || information[^1] > 1 + 1e-12 || information.Zip(information.Skip(1)).Any(pair => pair.Second <= pair.First))
            throw new ArgumentException("Shares of the data rise from above 0 to at most 1.", nameof(information));
        if (alpha is not (> 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Between 0 and 1.");
        var looks = new List<PlannedLook>();
        double[] grid = [], density = [];
        double spent = 0, last = 0;
        foreach (var t in information)
        {
            var released = Spent(Math.Min(1, t), alpha, spending);
            var step = t - last;
            var (from, at) = (grid, density);
            var critical = Bisect(c => Crossed(from, at, step, c * Math.Sqrt(t)) > released - spent);
            looks.Add(new PlannedLook(t, critical, 2 * Quantiles.UpperTailNormal(critical), released));
            (grid, density) = Carry(from, at, step, critical * Math.Sqrt(t));
            (spent, last) = (released, t);
        }

        return looks;
    }

    /// <summary>A difference and its interval at a look: z_look in place of a single look's quantile, so that all looks together cover.</summary>
    /// <param name="estimate">Of the data so far, with its usual 95% interval, which gives its error.</param>
    /// <param name="look">The boundary there.</param>
    public static Estimate At(Estimate estimate, PlannedLook look)
    {
        if (!estimate.HasInterval) return estimate;
        var factor = look.Critical / Quantiles.TwoSidedNormal(Estimate.Confidence);
        return new Estimate(
            estimate.Value, new Interval(estimate.Value - (factor * (estimate.Value - estimate.Low)), estimate.Value + (factor * (estimate.High - estimate.Value))),
            estimate.N, estimate.Clusters, estimate.Samples, EstimateMethod.GroupSequential);
    }

    private static double Spent(double t, double alpha, SpendingFunction spending) => spending == SpendingFunction.Pocock
        ? alpha * Math.Log(1 + ((Math.E - 1) * t))
        : 4 * Quantiles.UpperTailNormal(Quantiles.TwoSidedNormal(1 - (alpha / 2)) / Math.Sqrt(t));

    /// <summary>P(|score| at this look is beyond the boundary, and was not before).</summary>
    private static double Crossed(double[] grid, double[] density, double step, double boundary)
    {
        var deviation = Math.Sqrt(step);
        if (grid.Length == 0) return 2 * Quantiles.UpperTailNormal(boundary / deviation);
        return Integral(grid, i => density[i] * (Quantiles.NormalCdf((grid[i] - boundary) / deviation) + Quantiles.NormalCdf((-grid[i] - boundary) / deviation)));
    }

    private static (double[] Grid, double[] Density) Carry(double[] grid, double[] density, double step, double boundary)
    {
        var next = new double[Points];
        var values = new double[Points];
        var deviation = Math.Sqrt(step);
        for (var k = 0; k < Points; k++)
        {
            var s = next[k] = boundary * ((2.0 * k / (Points - 1)) - 1);
            values[k] = grid.Length == 0 ? Normal(s / deviation) / deviation : Integral(grid, i => density[i] * Normal((s - grid[i]) / deviation) / deviation);
        }

        return (next, values);
    }

    private static double Normal(double z) => Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);

    private static double Integral(double[] grid, Func<int, double> value)
    {
        var sum = value(0) + value(grid.Length - 1);
        for (var i = 1; i < grid.Length - 1; i++) sum += (i % 2 == 1 ? 4 : 2) * value(i);
        return sum * (grid[1] - grid[0]) / 3;
    }

    private static double Bisect(Func<double, bool> isTooFar)
    {
        double low = 0, high = FarOut * 2;
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            if (isTooFar(middle)) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }
}
