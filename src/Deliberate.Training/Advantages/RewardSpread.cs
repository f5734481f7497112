namespace Deliberate.Training;

/// <summary>
/// How far the values of a group are apart; NaN is a value that is missing. The one place that decides whether a group is flat:
/// for advantages, dynamic sampling, metrics and alarms alike. Values that differ by no more than rounding are the same: 1e-8
/// (which TRL takes for no deviation; sums of components in another order stay far below), or a 10^12th of the larger one.
/// </summary>
/// <param name="Count">Values that are not NaN.</param>
/// <param name="Lowest">NaN without any.</param>
/// <param name="Highest">The same.</param>
internal readonly record struct RewardSpread(int Count, double Lowest, double Highest)
{
    private const double Absolute = 1e-8, Relative = 1e-12;

    /// <summary>Two values at least, and all the same: there is nothing to prefer.</summary>
    public bool IsFlat => Count >= 2 && AreSame(Lowest, Highest);

    /// <summary>Two values at least that are not the same: only such a group teaches something.</summary>
    public bool Differs => Count >= 2 && !AreSame(Lowest, Highest);

    public static RewardSpread Of(ReadOnlySpan<double> values)
    {
        double lowest = double.NaN, highest = double.NaN;
        var count = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value)) continue;
            lowest = count == 0 ? value : Math.Min(lowest, value);
            highest = count == 0 ? value : Math.Max(highest, value);
            count++;
        }

        return new RewardSpread(count, lowest, highest);
    }

    /// <summary>Whether two rewards differ by no more than rounding.</summary>
    public static bool AreSame(double a, double b) => Math.Abs(a - b) <= Math.Max(Absolute, Relative * Math.Max(Math.Abs(a), Math.Abs(b)));
}
