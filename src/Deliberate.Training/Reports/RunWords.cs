using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Training;

/// <summary>How the report of a run calls things and writes its numbers.</summary>
internal static class RunWords
{
    public static string Name(RunEvidence run) => run.Label;

    /// <summary>What a run is about.</summary>
    public static string Subject(RunEvidence run) => run.Facts.Subject switch
    {
        var name when name.StartsWith("arithmetic", StringComparison.Ordinal) => "Nested arithmetic",
        var name when name.StartsWith("countdown", StringComparison.Ordinal) => "Countdown",
        var name => char.ToUpperInvariant(name[0]) + name[1..].Replace('-', ' '),
    };

    /// <summary>A search tells little by its steps: tries that fail are right steps. Elsewhere they are what is asked for.</summary>
    public static bool IsSearch(RunEvidence run) => run.Facts.Subject.StartsWith("countdown", StringComparison.Ordinal);

    /// <summary>A stage in words.</summary>
    public static string Stage(RunStage stage) => RecipeWriter.Scalar(stage).Replace('_', ' ');

    public static string Percent(double value) => double.IsFinite(value) ? NumberText.Value(value, NumberStyle.Percent) : "none";

    /// <summary>62% (95% interval 56% to 67%).</summary>
    public static string Share(Estimate share) => share.HasInterval ? $"{Percent(share.Value)} ({Interval(share)})" : Percent(share.Value);

    public static string Interval(Estimate share) => share.HasInterval ? $"95% interval {share.Range(NumberStyle.Percent)}" : "no interval can be told";

    /// <summary>For a number that stands alone: 95% interval 56% to 67%, Wilson.</summary>
    public static string IntervalMade(Estimate share) => share.HasInterval ? $"{Interval(share)}, {share.Method.Words()}" : Interval(share);

    /// <summary>How a figure was made, and its intervals.</summary>
    public static string Made(string how, IEnumerable<Estimate> drawn) => EstimateText.Methods(drawn) is { Length: > 0 } methods ? $"{how}; 95% intervals: {methods}" : how;

    /// <summary>41 percentage points (35 to 47).</summary>
    public static string Points(Estimate difference) => Points(difference.Value) + (difference.HasInterval ? $" (95% interval {Whole(100 * difference.Low)} to {Whole(100 * difference.High)})" : "");

    public static string Tokens(double value) => double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "none";

    public static string Times(Estimate ratio) => double.IsFinite(ratio.Value)
        ? Two(ratio.Value) + " times" + (ratio.HasInterval ? $" (95% interval {Two(ratio.Low)} to {Two(ratio.High)})" : "")
        : "not measured";

    /// <summary>n of one evaluation: 300 held-out problems of level 3, 1 sample each.</summary>
    public static string Count(RunEvidence run, IReadOnlyList<ScoredSample> samples)
    {
        var problems = samples.Select(s => s.Problem.Index).Distinct().Count();
        return string.Create(CultureInfo.InvariantCulture, $"{problems} held-out problems ({Split(run)}), {samples.Count / Math.Max(1, problems)} sample{(samples.Count > problems ? "s" : "")} each");
    }

    /// <summary>test split, level 3.</summary>
    public static string Split(RunEvidence run) => run.Facts.Problems?.TestLevel is { } level ? string.Create(CultureInfo.InvariantCulture, $"test split, level {level}") : "test split";

    private static string Points(double value) => double.IsFinite(value) ? $"{Whole(100 * value)} percentage points" : "not measured";

    private static string Whole(double value) => Math.Round(value).ToString("0;−0;0", CultureInfo.InvariantCulture);

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
