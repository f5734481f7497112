namespace Deliberate.Training;

/// <summary>Mean and unbiased standard deviation of the values that are there; NaN is a missing value.</summary>
/// <param name="Count">Values that are not NaN.</param>
/// <param name="Mean">NaN where there is none.</param>
/// <param name="Deviation">Divided by count - 1; NaN below two values.</param>
internal readonly record struct Moments(int Count, double Mean, double Deviation)
{
    public static Moments Of(ReadOnlySpan<double> values)
    {
        double sum = 0, squares = 0;
        var count = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value)) continue;
            sum += value;
            count++;
        }

        var mean = sum / count;
        foreach (var value in values)
            if (!double.IsNaN(value)) squares += (value - mean) * (value - mean);
        return new Moments(count, count == 0 ? double.NaN : mean, count < 2 ? double.NaN : Math.Sqrt(squares / (count - 1)));
    }
}
