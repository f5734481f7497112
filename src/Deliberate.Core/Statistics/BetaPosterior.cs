namespace Deliberate.Core;

/// <summary>What is known of a rate after k successes in n tries under a beta prior: Beta(alpha + k, beta + n - k).</summary>
internal readonly record struct BetaPosterior
{
    private readonly double _alpha, _beta;

    /// <param name="successes">k.</param>
    /// <param name="count">n; 0 leaves the prior.</param>
    /// <param name="priorAlpha">As many successes were seen before.</param>
    /// <param name="priorBeta">As many failures.</param>
    public BetaPosterior(int successes, int count, double priorAlpha = 1, double priorBeta = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(priorAlpha);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(priorBeta);
        (_alpha, _beta) = (priorAlpha + successes, priorBeta + count - successes);
    }

    public double Mean => _alpha / (_alpha + _beta);

    public double Quantile(double p) => Quantiles.Beta(p, _alpha, _beta);

    /// <summary>With equal tails.</summary>
    public Interval Interval(double confidence = 0.95)
    {
        var tail = Quantiles.Tail(confidence);
        return new Interval(Quantile(tail), Quantile(1 - tail));
    }

    /// <summary>P(rate &gt; x).</summary>
    public double ProbabilityAbove(double x) => 1 - IncompleteBeta.Regularized(_alpha, _beta, x);
}
