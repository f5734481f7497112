using System.Globalization;

namespace Deliberate.Core;

/// <summary>An estimate in words and numbers, the same everywhere but for the number style: pages write percentages, consoles decimals.</summary>
internal static class EstimateText
{
    /// <summary>26%.</summary>
    public static string Value(this Estimate estimate, NumberStyle style) => NumberText.Value(estimate.Value, style);

    /// <summary>17% to 38%; empty where there is no interval.</summary>
    public static string Range(this Estimate estimate, NumberStyle style) => estimate.HasInterval ? NumberText.Range(estimate.Low, estimate.High, style) : "";

    /// <summary>26% (17% to 38%).</summary>
    public static string WithRange(this Estimate estimate, NumberStyle style) =>
        estimate.HasInterval ? $"{estimate.Value(style)} ({estimate.Range(style)})" : estimate.Value(style);

    /// <summary>n = 65, 520 samples.</summary>
    public static string Count(this Estimate estimate) => estimate.Samples == estimate.N
        ? string.Create(CultureInfo.InvariantCulture, $"n = {estimate.N}")
        : string.Create(CultureInfo.InvariantCulture, $"n = {estimate.N}, {estimate.Samples} samples");

    /// <summary>How the interval was made, in a word or two.</summary>
    public static string Words(this EstimateMethod method) => method switch
    {
        EstimateMethod.Wilson => "Wilson",
        EstimateMethod.ModifiedWilson => "Wilson modified near 0 and 1",
        EstimateMethod.ClusteredWilson => "clustered Wilson",
        EstimateMethod.StudentT => "Student's t",
        EstimateMethod.ClusteredStudentT => "clustered Student's t",
        EstimateMethod.LogStudentT => "Student's t of the logarithm",
        EstimateMethod.PairedStudentT => "paired Student's t",
        EstimateMethod.PairedWilson => "paired Wilson bound",
        EstimateMethod.PairedBootstrap => "paired bootstrap",
        EstimateMethod.PairedClusteredStudentT => "paired clustered Student's t",
        EstimateMethod.Bootstrap => "bootstrap over clusters",
        EstimateMethod.CorrectedBootstrap => "corrected, bootstrap over data and validation",
        EstimateMethod.MissingBounds => "worst-case bounds",
        EstimateMethod.Likelihood => "normal, observed information",
        EstimateMethod.GroupSequential => "group-sequential",
        EstimateMethod.HierarchicalBootstrap => "bootstrap over instances and rows",
        _ => "none",
    };

    /// <summary>For a caption: the methods of all intervals that it stands below, each once, in the order of the list; empty where there is none.</summary>
    public static string Methods(IEnumerable<Estimate> estimates) =>
        string.Join(", ", estimates.Where(e => e.HasInterval).Select(e => e.Method).Distinct().Order().Select(Words));
}
