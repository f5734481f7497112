namespace Deliberate.Reasoning;

/// <summary>
/// Which steps are right, told without a label by how much they surprise a language model: the two kinds of steps are two bells over the
/// logarithm of a step's surprise (the negative log-probability, nats, of its least likely token), and a solution is right up to its first
/// mistake. Fitted to a whole batch of solutions at once by expectation maximisation, in which every position of the first mistake of every
/// solution is weighed: P(first mistake at k) = r_1 … r_(k-1) (1 - r_k), r_i the posterior that step i is right. After the idea of uPRM (arXiv
/// 2605.10158), which scores such positions by the next-token probabilities of marks behind the steps of solutions that stand together in one
/// prompt, and trains a reward model on them by reinforcement; that needs a model that learns from its prompt, this needs one that can
/// write a right step.
/// </summary>
/// <param name="RightMean">Of the logarithm of right steps' surprise.</param>
/// <param name="RightSpread">Its standard deviation.</param>
/// <param name="WrongMean">Of wrong steps'.</param>
/// <param name="WrongSpread">Its standard deviation.</param>
/// <param name="Hazard">How often a step behind right ones is wrong.</param>
internal sealed record StepSurprise(double RightMean, double RightSpread, double WrongMean, double WrongSpread, double Hazard)
{
    private const int Rounds = 100;

    /// <summary>Below it a surprise is none: it keeps the logarithm finite.</summary>
    private const double Floor = 1e-4;

    /// <summary>No bell is narrower: a batch of equal steps would make one a spike.</summary>
    private const double LeastSpread = 0.3;

    private const double LeastHazard = 1e-3, MostHazard = 0.9;

    /// <summary>Where the fit begins: a step with a token that is less likely than not is suspected.</summary>
    private static readonly double Suspected = Feature(Math.Log(2));

    /// <param name="surprises">[solution][step], nats, at least 0.</param>
    /// <exception cref="ArgumentException">There is no step.</exception>
    public static StepSurprise Fit(IReadOnlyList<double[]> surprises)
    {
        double[][] features = [.. surprises.Where(s => s.Length > 0).Select(s => s.Select(Feature).ToArray())];
        if (features.Length == 0) throw new ArgumentException("There is no step to learn from.", nameof(surprises));
        var fit = Of(features, x => x < Suspected ? 1 : 0) ?? new StepSurprise(Math.Min(Suspected - 1, features.Average(f => f.Average())), 1, Suspected + 1, 1, 0.1);
        for (var round = 0; round < Rounds; round++)
        {
            var next = Of(features, fit.Posterior);
            // Where one kind has died out or the two have changed places there is nothing to tell apart: what was known is kept.
            if (next is null || next.WrongMean <= next.RightMean || next == fit) break;
            fit = next;
        }

        return fit;
    }

    /// <summary>How likely a step behind right ones is to be right.</summary>
    /// <param name="surprise">Of its least likely token, nats.</param>
    public double Right(double surprise) => Posterior(Feature(surprise));

    private static double Feature(double surprise) => Math.Log(Math.Max(0, surprise) + Floor);

    /// <summary>The bells that fit best where each step is right with the probability that is said of it; a step counts as far as those before it are right. Null where a kind has no steps.</summary>
    private static StepSurprise? Of(double[][] features, Func<double, double> right)
    {
        Span<double> weight = stackalloc double[2], sum = stackalloc double[2], squares = stackalloc double[2];
        foreach (var solution in features)
        {
            var alive = 1.0;
            foreach (var x in solution)
            {
                var r = right(x);
                for (var kind = 0; kind < 2; kind++)
                {
                    var w = alive * (kind == 0 ? r : 1 - r);
                    weight[kind] += w;
                    sum[kind] += w * x;
                    squares[kind] += w * x * x;
                }

                alive *= r;
            }
        }

        if (weight[0] < 1 || weight[1] < 1) return null;
        var (rightMean, wrongMean) = (sum[0] / weight[0], sum[1] / weight[1]);
        return new StepSurprise(
            rightMean, Math.Max(LeastSpread, Math.Sqrt(Math.Max(0, (squares[0] / weight[0]) - (rightMean * rightMean)))),
            wrongMean, Math.Max(LeastSpread, Math.Sqrt(Math.Max(0, (squares[1] / weight[1]) - (wrongMean * wrongMean)))),
            Math.Clamp(weight[1] / (weight[0] + weight[1]), LeastHazard, MostHazard));
    }

    /// <summary>Rising surprise never makes a step likelier to be right: beyond the bells' middles, where the wider one would win again, the middle counts.</summary>
    private double Posterior(double x)
    {
        x = Math.Clamp(x, RightMean, WrongMean);
        var odds = Bell(x, RightMean, RightSpread) - Bell(x, WrongMean, WrongSpread) + Math.Log((1 - Hazard) / Hazard);
        return 1 / (1 + Math.Exp(-odds));
    }

    private static double Bell(double x, double mean, double spread) => -0.5 * (x - mean) * (x - mean) / (spread * spread) - Math.Log(spread);
}
