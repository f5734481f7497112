namespace Deliberate.Core;

/// <summary>
/// ProcessBench's measure of who looks for the first wrong step (arXiv 2412.06559): accuracy on solutions with a mistake, which is found
/// exactly or not, accuracy on right ones, and F1, the harmonic mean of the two, so that neither finding fault with everything nor with
/// nothing helps. Its interval is made of resamples of the solutions.
/// </summary>
/// <param name="Erroneous">Share of solutions with a mistake in which it was found.</param>
/// <param name="Correct">Share of right ones that were let pass.</param>
/// <param name="F1">Of both.</param>
internal sealed record FirstErrorF1(Estimate Erroneous, Estimate Correct, Estimate F1)
{
    private const int Resamples = 2000;

    /// <param name="cases">The first wrong step and the one that was found, -1 for none, of each solution.</param>
    /// <param name="seed">Draws resamples.</param>
    public static FirstErrorF1 Of(IReadOnlyList<(int Label, int Found)> cases, ulong seed)
    {
        double[] wrong = [.. cases.Where(c => c.Label >= 0).Select(c => c.Found == c.Label ? 1.0 : 0)], right = [.. cases.Where(c => c.Label < 0).Select(c => c.Found < 0 ? 1.0 : 0)];
        var (erroneous, correct) = (ShareInterval.Of(wrong, wrong.Length, wrong.Length), ShareInterval.Of(right, right.Length, right.Length));
        if (wrong.Length == 0 || right.Length == 0) return new FirstErrorF1(erroneous, correct, Estimate.Unmeasured(cases.Count, cases.Count, cases.Count));
        var value = Harmonic(erroneous.Value, correct.Value);
        var draws = Bootstrap.Resample(cases.Count, Resamples, new RandomStream(seed, StreamStage.Bootstrap), drawn =>
        {
            int n = 0, found = 0, m = 0, passed = 0;
            foreach (var i in drawn)
            {
                if (cases[i].Label >= 0)
                {
                    n++;
                    if (cases[i].Found == cases[i].Label) found++;
                }
                else
                {
                    m++;
                    if (cases[i].Found < 0) passed++;
                }
            }

            return n == 0 || m == 0 ? value : Harmonic((double)found / n, (double)passed / m);
        });
        return new FirstErrorF1(erroneous, correct, new Estimate(value, Bootstrap.Percentile(draws), cases.Count, cases.Count, cases.Count, EstimateMethod.PairedBootstrap));
    }

    private static double Harmonic(double a, double b) => a + b == 0 ? 0 : 2 * a * b / (a + b);
}
