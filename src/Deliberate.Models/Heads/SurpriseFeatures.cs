namespace Deliberate.Models;

/// <summary>
/// What a head is told of a model's surprise at the tokens of a solution, u = -ln p(token | those before), nats, at most <see cref="Most"/>:
/// at each token that of the token itself, the largest of its step so far and of the solution so far, both also as logarithms, since a
/// surprise of 0.01 and one of 0.1 differ as much as one of 0.1 and 1; and the sums over step and solution so far. All of the order of 1.
/// What separates steps surprises nobody: behind a solution's last step it is not what the model would have written. In double.
/// </summary>
internal static class SurpriseFeatures
{
    /// <summary>Numbers a token.</summary>
    public const int Count = 7;

    /// <summary>Nats.</summary>
    public const double Most = 10;

    private const double MostInStep = 20, MostInSolution = 40, Floor = 1e-4;

    /// <param name="logProbabilities">Of each token; those before the solution are not looked at.</param>
    /// <param name="steps">Where the steps stand.</param>
    /// <returns>[token][Count] row by row; zeros before the solution.</returns>
    public static double[] Of(ReadOnlySpan<double> logProbabilities, StepMarks steps)
    {
        var features = new double[logProbabilities.Length * Count];
        var (next, stepMost, stepSum, most, sum) = (0, 0.0, 0.0, 0.0, 0.0);
        for (var t = steps.First; t < logProbabilities.Length; t++)
        {
            while (next < steps.Ends.Length && steps.Ends[next] < t)
            {
                next++;
                (stepMost, stepSum) = (0, 0);
            }

            var separates = next < steps.Ends.Length && t > steps.Ends[next] - steps.Separator;
            var surprise = separates ? 0 : Math.Clamp(-logProbabilities[t], 0, Most);
            (stepMost, most) = (Math.Max(stepMost, surprise), Math.Max(most, surprise));
            (stepSum, sum) = (stepSum + surprise, sum + surprise);
            var row = features.AsSpan(t * Count, Count);
            (row[0], row[1], row[2]) = (surprise / Most, stepMost / Most, most / Most);
            (row[3], row[4]) = (Logarithm(stepMost), Logarithm(most));
            (row[5], row[6]) = (Math.Min(stepSum, MostInStep) / MostInStep, Math.Min(sum, MostInSolution) / MostInSolution);
        }

        return features;
    }

    /// <summary>From 0 for none to about 1 for the most.</summary>
    private static double Logarithm(double surprise) => Math.Log(1 + (surprise / Floor)) / Math.Log(1 + (Most / Floor));
}
