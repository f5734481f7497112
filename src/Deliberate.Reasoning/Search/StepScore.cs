namespace Deliberate.Reasoning;

/// <summary>Whether a step that is right and leads nowhere counts as a right one.</summary>
internal enum NeutralSteps
{
    /// <summary>As right: the score of a step is P(positive) + P(neutral).</summary>
    Positive,

    /// <summary>As wrong: P(positive) alone.</summary>
    Negative,
}

/// <summary>What a process reward model says of a step: probabilities that sum to 1.</summary>
/// <param name="Negative">That it is wrong.</param>
/// <param name="Neutral">That it is right and makes no progress; 0 of a model of two labels.</param>
/// <param name="Positive">That it is right.</param>
internal readonly record struct StepProbabilities(double Negative, double Neutral, double Positive)
{
    public double Score(NeutralSteps neutral) => neutral == NeutralSteps.Positive ? Math.Min(1, Positive + Neutral) : Positive;

    /// <summary>Whether wrong is the likeliest of the three, of equals too.</summary>
    public bool IsNegative => Negative >= Neutral && Negative >= Positive;

    /// <summary>The first step that a model calls wrong; -1 where it calls none so.</summary>
    /// <param name="threshold">P(negative) above which a step is: 0.2 where a model labels for another ("Let's Verify", section 4).</param>
    public static int FirstError(ReadOnlySpan<StepProbabilities> steps, double threshold = 0.2)
    {
        for (var i = 0; i < steps.Length; i++)
            if (steps[i].Negative > threshold) return i;
        return -1;
    }
}

/// <summary>How the scores of steps become that of a solution.</summary>
internal enum StepAggregation
{
    /// <summary>The probability that all are right, if they were independent: the paper's.</summary>
    Product,

    /// <summary>The weakest step.</summary>
    Min,

    /// <summary>What is thought when all is said.</summary>
    Last,

    Mean,

    /// <summary>exp of the mean logarithm: a product that does not punish length.</summary>
    GeometricMean,

    Max,

    Sum,

    /// <summary>Σ ln p.</summary>
    LogProduct,

    /// <summary>Σ ln(p / (1 - p)); NaN where a step is 0 or 1.</summary>
    SumLogit,
}

/// <summary>Scores of steps as one number. A solution without steps has none: it is refused, never taken for a perfect one.</summary>
internal static class StepAggregations
{
    public static double Of(this StepAggregation aggregation, ReadOnlySpan<double> steps)
    {
        if (steps.IsEmpty) throw new ArgumentException("A solution without steps has no score.", nameof(steps));
        return aggregation switch
        {
            StepAggregation.Product => Product(steps),
            StepAggregation.Min => Least(steps),
            StepAggregation.Last => steps[^1],
            StepAggregation.Mean => Sum(steps) / steps.Length,
            StepAggregation.GeometricMean => Math.Exp(LogProduct(steps) / steps.Length),
            StepAggregation.Max => Most(steps),
            StepAggregation.Sum => Sum(steps),
            StepAggregation.LogProduct => LogProduct(steps),
            StepAggregation.SumLogit => SumLogit(steps),
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation)),
        };
    }

    /// <summary>A solution's value as a weight that can be added up and averaged: logarithms and log-odds, which are below 0 or infinite, as probabilities.</summary>
    public static double Weight(this StepAggregation aggregation, double value) => aggregation switch
    {
        _ when double.IsNaN(value) => 0,
        StepAggregation.LogProduct => Math.Exp(value),
        StepAggregation.SumLogit => 1 / (1 + Math.Exp(-value)),
        _ => value,
    };

    private static double Product(ReadOnlySpan<double> steps)
    {
        var product = 1.0;
        foreach (var step in steps) product *= step;
        return product;
    }

    private static double Sum(ReadOnlySpan<double> steps)
    {
        var sum = 0.0;
        foreach (var step in steps) sum += step;
        return sum;
    }

    private static double LogProduct(ReadOnlySpan<double> steps)
    {
        var sum = 0.0;
        foreach (var step in steps) sum += Math.Log(step);
        return sum;
    }

    private static double SumLogit(ReadOnlySpan<double> steps)
    {
        var sum = 0.0;
        foreach (var step in steps)
        {
            if (step is 0 or 1) return double.NaN;
            sum += Math.Log(step / (1 - step));
        }

        return sum;
    }

    private static double Least(ReadOnlySpan<double> steps)
    {
        var least = steps[0];
        foreach (var step in steps) least = Math.Min(least, step);
        return least;
    }

    private static double Most(ReadOnlySpan<double> steps)
    {
        var most = steps[0];
        foreach (var step in steps) most = Math.Max(most, step);
        return most;
    }
}
