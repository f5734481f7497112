using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Reports;

/// <summary>How pages write estimates in sentences and captions: percentages, intervals with how they were made, differences, ratios.</summary>
internal static class EstimateWords
{
    public static string Percent(double value) => double.IsFinite(value) ? NumberText.Value(value, NumberStyle.Percent) : "none";

    /// <summary>62% (95% interval 56% to 67%, Wilson).</summary>
    public static string Share(Estimate share) => share.HasInterval ? $"{Percent(share.Value)} ({IntervalMade(share)})" : Percent(share.Value);

    /// <summary>For a number that stands alone: 95% interval 56% to 67%, Wilson.</summary>
    public static string IntervalMade(Estimate share) => share.HasInterval ? $"95% interval {share.Range(NumberStyle.Percent)}, {share.Method.Words()}" : "no interval can be told";

    /// <summary>How a figure was made, and its intervals.</summary>
    public static string Made(string how, IEnumerable<Estimate> drawn) => EstimateText.Methods(drawn) is { Length: > 0 } methods ? $"{how}; 95% intervals: {methods}" : how;

    /// <summary>41 percentage points (95% interval 35 to 47, Student's t); small ones with a decimal, as percentages: 2.3.</summary>
    public static string Points(Estimate difference) => Points(difference.Value) + (difference.HasInterval ? $" (95% interval {Number(difference.Low)} to {Number(difference.High)}, {difference.Method.Words()})" : "");

    /// <summary>41 percentage points, of a difference without an interval.</summary>
    public static string Points(double value) => double.IsFinite(value) ? $"{Number(value)} percentage points" : "not measured";

    public static string Tokens(double value) => double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "none";

    public static string Times(Estimate ratio) => double.IsFinite(ratio.Value)
        ? Two(ratio.Value) + " times" + (ratio.HasInterval ? $" (95% interval {Two(ratio.Low)} to {Two(ratio.High)}, {ratio.Method.Words()})" : "")
        : "not measured";

    private static string Number(double share) => NumberText.Value(share, NumberStyle.Percent).TrimEnd('%');

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
