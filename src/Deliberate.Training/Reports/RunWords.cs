using System.Globalization;
using Deliberate.Core;

namespace Deliberate.Training;

/// <summary>How the report of a run calls things and writes its numbers.</summary>
internal static class RunWords
{
    public static string Name(RunEvidence run) => run.Title switch
    {
        var name when name.StartsWith("arithmetic", StringComparison.Ordinal) => "Nested arithmetic",
        var name when name.StartsWith("countdown", StringComparison.Ordinal) => "Countdown",
        var name => char.ToUpperInvariant(name[0]) + name[1..].Replace('-', ' '),
    };

    /// <summary>A search tells little by its steps: tries that fail are right steps. Elsewhere they are what is asked for.</summary>
    public static bool IsSearch(RunEvidence run) => run.Title.StartsWith("countdown", StringComparison.Ordinal);

    /// <summary>A stage in words.</summary>
    public static string Stage(RunStage stage) => RecipeWriter.Scalar(stage).Replace('_', ' ');

    public static string Percent(double value) => double.IsFinite(value) ? NumberText.Value(value, NumberStyle.Percent) : "none";

    /// <summary>62% (95% interval 56% to 67%).</summary>
    public static string Share(Measured value) => value.HasInterval ? $"{Percent(value.Value)} ({Interval(value)})" : Percent(value.Value);

    public static string Interval(Measured value) => $"95% interval {NumberText.Range(value.Low, value.High, NumberStyle.Percent)}";

    /// <summary>41 percentage points (35 to 47).</summary>
    public static string Points(Measured difference) => Points(difference.Value) + (difference.HasInterval ? $" (95% interval {Whole(100 * difference.Low)} to {Whole(100 * difference.High)})" : "");

    public static string Tokens(double value) => double.IsFinite(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) : "none";

    public static string Times(Measured ratio) => double.IsFinite(ratio.Value)
        ? Two(ratio.Value) + " times" + (ratio.HasInterval ? $" (95% interval {Two(ratio.Low)} to {Two(ratio.High)})" : "")
        : "not measured";

    /// <summary>n of one evaluation: 300 held-out problems of level 3, 1 sample each.</summary>
    public static string Count(RunEvidence run, IReadOnlyList<GradedSample> samples)
    {
        var problems = samples.Select(s => s.Problem.Index).Distinct().Count();
        return string.Create(CultureInfo.InvariantCulture, $"{problems} held-out problems ({Split(run)}), {samples.Count / Math.Max(1, problems)} sample{(samples.Count > problems ? "s" : "")} each");
    }

    /// <summary>test split, level 3.</summary>
    public static string Split(RunEvidence run) => run.IsOwn ? "test split" : string.Create(CultureInfo.InvariantCulture, $"test split, level {run.Recipe.Family.TestLevel}");

    private static string Points(double value) => double.IsFinite(value) ? $"{Whole(100 * value)} percentage points" : "not measured";

    private static string Whole(double value) => Math.Round(value).ToString("0;−0;0", CultureInfo.InvariantCulture);

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
