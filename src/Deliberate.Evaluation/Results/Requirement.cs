using System.Globalization;
using System.Text.RegularExpressions;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>What a requirement came to.</summary>
public enum RequirementFinding
{
    /// <summary>The interval, with what is missing counted against it, lies on the right side.</summary>
    Holds,

    /// <summary>It lies on the wrong side, whatever is missing.</summary>
    Fails,

    /// <summary>It crosses the threshold, too much is missing, or there is no such figure: this measurement cannot tell.</summary>
    Inconclusive,
}

/// <summary>
/// <c>task.metric &gt;= number</c> (or &gt;, &lt;=, &lt;; <c>task.metric[slice]</c> for a slice): decided on the end of the 95% interval that
/// speaks against it, not on the point estimate, with every missing sample counted against it.
/// </summary>
public sealed partial record Requirement
{
    private Requirement(string text, string task, string metric, string slice, string sign, double threshold) =>
        (Text, Task, Metric, Slice, Sign, Threshold) = (text, task, metric, slice, sign, threshold);

    /// <summary>As it was written.</summary>
    public string Text { get; }

    public string Task { get; }

    public string Metric { get; }

    public string Slice { get; }

    public string Sign { get; }

    public double Threshold { get; }

    private bool WantsMore => Sign[0] == '>';

    /// <exception cref="UserError">It is none.</exception>
    public static Requirement Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Form().Match(text);
        if (!match.Success || !double.TryParse(match.Groups["number"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var threshold) || !double.IsFinite(threshold))
            throw new UserError($"\"{text}\" is no requirement.", field: "--require", advice: "Write TASK.METRIC >= NUMBER, for example \"xstest.not_overrefuse >= 0.9\".");
        return new Requirement(text.Trim(), match.Groups["task"].Value, match.Groups["metric"].Value, match.Groups["slice"].Value, match.Groups["sign"].Value, threshold);
    }

    /// <exception cref="UserError">No task that is asked has such a metric.</exception>
    internal void Check(IReadOnlyList<EvaluationTask> tasks)
    {
        var task = tasks.FirstOrDefault(t => t.Name == Task) ?? throw new UserError($"\"{Text}\" is of a task that is not asked.", field: "--require", advice: NearestName.Suggest(Task, [.. tasks.Select(t => t.Name)]));
        if (task.Metrics.All(m => m.Name != Metric)) throw new UserError($"The task {Task} has no metric \"{Metric}\".", field: "--require", advice: NearestName.Suggest(Metric, [.. task.Metrics.Select(m => m.Name)]));
    }

    /// <summary>What a result says of it.</summary>
    public RequirementResult Of(EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var measured = result.Metrics.FirstOrDefault(m => m.Metric.Name == Metric && m.Slice == Slice);
        if (measured is null) return Said(RequirementFinding.Inconclusive, Slice.Length > 0 ? $"no sample has the slice \"{Slice}\"" : "it was not measured");
        var (value, low, high) = (measured.Estimate, (measured.Lowest ?? measured.Estimate).Low, (measured.Highest ?? measured.Estimate).High);
        var words = $"{value.WithRange(NumberStyle.Share)}, {value.Count()}{(measured.Missing > 0 ? FormattableString.Invariant($", {measured.Missing} missing: between {low:0.000} and {high:0.000}") : "")}";
        if (!value.IsMeasured || !double.IsFinite(low) || !double.IsFinite(high)) return Said(RequirementFinding.Inconclusive, $"{words}: there is no interval");
        if (WantsMore ? Holds(low) : Holds(high))
        {
            // A metric without bounds for what is missing says nothing of what those samples would be; few of them are let pass as few that are lost are.
            if (measured.Lowest is null && measured.Missing > result.AllowedMissing * (measured.Missing + value.Samples))
                return Said(RequirementFinding.Inconclusive, FormattableString.Invariant($"{value.WithRange(NumberStyle.Share)}, {value.Count()}, and {measured.Missing} were not decided, which may be of either kind"));
            return result.IsInconclusive
                ? Said(RequirementFinding.Inconclusive, FormattableString.Invariant($"{words}, but {100 * result.MissingShare:0.#}% of the samples are missing, more than the allowed {100 * result.AllowedMissing:0.#}%"))
                : Said(RequirementFinding.Holds, words);
        }

        return WantsMore ? Holds(high) ? Crosses() : Said(RequirementFinding.Fails, words) : Holds(low) ? Crosses() : Said(RequirementFinding.Fails, words);

        RequirementResult Crosses() => Said(RequirementFinding.Inconclusive, $"{words}: the interval crosses the threshold");

        RequirementResult Said(RequirementFinding finding, string why) => new(this, result.ModelName, finding, why);
    }

    private bool Holds(double value) => Sign switch { ">=" => value >= Threshold, ">" => value > Threshold, "<=" => value <= Threshold, _ => value < Threshold };

    [GeneratedRegex(@"^\s*(?<task>[^\s\[\]<>=]+)\.(?<metric>[^\s.\[\]<>=]+)(\[(?<slice>[^\]]+)\])?\s*(?<sign>>=|<=|>|<)\s*(?<number>\S+)\s*$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Form();
}

/// <summary>What a model's result says of a requirement.</summary>
/// <param name="Requirement">Which.</param>
/// <param name="Model">Of whom.</param>
/// <param name="Finding">Whether it holds.</param>
/// <param name="Why">The figure, its interval, n, and what is missing.</param>
public sealed record RequirementResult(Requirement Requirement, string Model, RequirementFinding Finding, string Why);
