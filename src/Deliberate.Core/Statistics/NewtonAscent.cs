namespace Deliberate.Core;

/// <summary>
/// The maximum of a smooth function of a few parameters: Newton's steps, damped (Levenberg) where the curvature is not that of a
/// maximum or the step does not climb.
/// </summary>
internal static class NewtonAscent
{
    private const int MostSteps = 200;

    /// <summary>Where the function, its gradient and its negative Hessian are had.</summary>
    public delegate double Objective(ReadOnlySpan<double> parameters, double[] gradient, double[,] information);

    /// <param name="start">Is moved to the maximum.</param>
    /// <param name="objective">Fills gradient and negative Hessian, returns the value.</param>
    /// <param name="information">The negative Hessian there.</param>
    /// <returns>The value there; null where no maximum was found.</returns>
    public static double? Maximise(double[] start, Objective objective, out double[,] information)
    {
        var n = start.Length;
        double[] gradient = new double[n], tried = new double[n], triedGradient = new double[n];
        information = new double[n, n];
        var triedInformation = new double[n, n];
        var value = objective(start, gradient, information);
        var damping = 0.0;
        for (var step = 0; step < MostSteps; step++)
        {
            if (!double.IsFinite(value)) return null;
            if (gradient.Max(Math.Abs) < 1e-11 * (1 + Math.Abs(value))) return value;
            var moved = false;
            for (var attempt = 0; attempt < 60 && !moved; attempt++)
            {
                if (Factor(information, damping) is { } lower)
                {
                    var direction = SymmetricMatrix.Solve(lower, gradient);
                    for (var i = 0; i < n; i++) tried[i] = start[i] + direction[i];
                    var next = objective(tried, triedGradient, triedInformation);
                    if (next >= value - (1e-13 * (1 + Math.Abs(value))))
                    {
                        var isStill = direction.Select((d, i) => Math.Abs(d) / (1 + Math.Abs(start[i]))).Max() < 1e-13;
                        (value, moved) = (next, true);
                        tried.CopyTo(start, 0);
                        (gradient, triedGradient) = (triedGradient, gradient);
                        (information, triedInformation) = (triedInformation, information);
                        damping = damping < 1e-10 ? 0 : damping / 10;
                        if (isStill) return value;
                        continue;
                    }
                }

                damping = damping == 0 ? 1e-6 : damping * 4;
            }

            if (!moved) return gradient.Max(Math.Abs) < 1e-6 * (1 + Math.Abs(value)) ? value : null;
        }

        return null;
    }

    private static double[,]? Factor(double[,] information, double damping)
    {
        if (damping == 0) return SymmetricMatrix.Factor(information);
        var damped = (double[,])information.Clone();
        for (var i = 0; i < damped.GetLength(0); i++) damped[i, i] += damping * (1 + Math.Abs(damped[i, i]));
        return SymmetricMatrix.Factor(damped);
    }
}
