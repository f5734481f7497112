namespace Deliberate.Core;

/// <summary>
/// Where the error of a mean over questions with K samples each comes from (Miller 2024, section 3):
/// Var = between / n + within / (n K). More samples a question shrink the second part alone.
/// </summary>
/// <param name="Mean">Over questions, with its error, from the questions' means.</param>
/// <param name="Within">The mean of the questions' own variances, K - 1; null where no question has two samples.</param>
/// <param name="Between">Variance of the questions' means less Within / K: may fall below 0 by chance; null for one question.</param>
internal sealed record VarianceComponents(SampleMean Mean, double? Within, double? Between)
{
    /// <param name="questions">[question][sample], as many of each.</param>
    public static VarianceComponents Of(IReadOnlyList<IReadOnlyList<double>> questions)
    {
        var samples = questions[0].Count;
        if (questions.Any(q => q.Count != samples)) throw new ArgumentException("As many samples of each question.", nameof(questions));
        var mean = SampleMean.Of([.. questions.Select(q => SampleMean.Of([.. q]).Mean)]);
        double? within = samples < 2 ? null : questions.Average(q => Math.Pow(SampleMean.Of([.. q]).StandardDeviation!.Value, 2));
        double? between = mean.StandardDeviation is { } deviation && within is { } inner ? (deviation * deviation) - (inner / samples) : null;
        return new VarianceComponents(mean, within, between);
    }
}
