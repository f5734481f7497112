using System.Globalization;
using Deliberate.Core;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Training;

/// <summary>How the report of a run calls things.</summary>
internal static class RunWords
{
    public static string Name(RunEvidence run) => run.Label;

    /// <summary>What a run is about.</summary>
    public static string Subject(RunEvidence run) => run.Facts.Problems?.Title ?? char.ToUpperInvariant(run.Facts.Subject[0]) + run.Facts.Subject[1..].Replace('-', ' ');

    /// <summary>A search tells little by its steps: tries that fail are right steps. Elsewhere they are what is asked for.</summary>
    public static bool IsSearch(RunEvidence run) => run.Facts.Problems?.StepsAreTries == true;

    /// <summary>A stage in words.</summary>
    public static string Stage(RunStage stage) => RecipeWriter.Scalar(stage).Replace('_', ' ');

    /// <summary>A metric below the figure that shows it.</summary>
    public static ReportTerm Term(RunMetric metric) => new(metric.Name, metric.Unit.Name, metric.Meaning, metric.Source);

    /// <summary>n of one evaluation: 300 held-out problems of level 3, 1 sample each.</summary>
    public static string Count(RunEvidence run, IReadOnlyList<ScoredSample> samples)
    {
        var problems = samples.Select(s => s.Problem.Index).Distinct().Count();
        return string.Create(CultureInfo.InvariantCulture, $"{problems} held-out problems ({Split(run)}), {samples.Count / Math.Max(1, problems)} sample{(samples.Count > problems ? "s" : "")} each");
    }

    /// <summary>test split, level 3.</summary>
    public static string Split(RunEvidence run) => run.Facts.Problems?.TestLevel is { } level ? string.Create(CultureInfo.InvariantCulture, $"test split, level {level}") : "test split";
}
