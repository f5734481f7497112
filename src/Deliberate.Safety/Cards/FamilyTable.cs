using System.Globalization;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reasoning;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>One budget of a family's two models.</summary>
/// <param name="Tokens">Of an answer, thought included.</param>
/// <param name="Larger">Right within it.</param>
/// <param name="Smaller">Right within it: equal tokens.</param>
/// <param name="Difference">Smaller less larger, item by item; null where nothing can be paired.</param>
/// <param name="Voted">The smaller's most frequent answer of as many samples as cost what one of the larger's does: equal compute. Null where there are too few samples.</param>
internal sealed record FamilyRow(int Tokens, Estimate Larger, Estimate Smaller, Estimate? Difference, Estimate? Voted);

/// <summary>
/// A model and the smaller one distilled from it, compared from their logs alone: at equal tokens of thought (an answer counts that came to its
/// end within the budget), and at equal compute, where a token costs twice the number of weights, so that the smaller draws floor(larger / smaller)
/// samples and its most frequent answer counts.
/// </summary>
internal static class FamilyTable
{
    /// <summary>How many samples of the smaller cost what one of the larger's does.</summary>
    public static int Samples(long largerWeights, long smallerWeights) => (int)Math.Clamp(largerWeights / Math.Max(1, smallerWeights), 1, 1024);

    /// <param name="larger">Its samples of a task.</param>
    /// <param name="smaller">The other's, of the same items.</param>
    /// <param name="samples">Of the smaller, for equal compute.</param>
    /// <param name="budgets">Tokens of an answer.</param>
    public static IReadOnlyList<FamilyRow> Of(IReadOnlyList<SampleResult> larger, IReadOnlyList<SampleResult> smaller, int samples, IReadOnlyList<int> budgets)
    {
        var rows = new List<FamilyRow>();
        foreach (var budget in budgets)
        {
            SampleResult[] big = [.. larger.Select(s => Within(s, budget))], small = [.. smaller.Select(s => Within(s, budget))];
            var difference = MetricComparison.Of(TaskMetric.Accuracy, big, small)?.Difference;
            var fewest = small.Length == 0 ? 0 : small.Where(s => !s.IsMissing).GroupBy(s => s.Item, StringComparer.Ordinal).Select(g => g.Count()).DefaultIfEmpty(0).Min();
            rows.Add(new FamilyRow(budget, TaskMetric.Accuracy.Measure(big).First().Estimate, TaskMetric.Accuracy.Measure(small).First().Estimate, difference, fewest >= samples ? VoteMetrics.MajorityAt(samples).Measure(small).First().Estimate : null));
        }

        return rows;
    }

    /// <summary>Where a quarter, half and all of the larger's answers have come to their end: what is more than any answer takes tells nothing apart.</summary>
    public static IReadOnlyList<int> Budgets(IReadOnlyList<SampleResult> larger)
    {
        int[] lengths = [.. larger.Where(s => !s.IsMissing).Select(s => s.CompletionTokens).Order()];
        return lengths.Length == 0 ? [] : [.. new[] { lengths[(lengths.Length - 1) / 4], lengths[(lengths.Length - 1) / 2], lengths[^1] }.Where(b => b > 0).Distinct()];
    }

    /// <summary>The rows as a table.</summary>
    /// <param name="title">What was asked of whom.</param>
    /// <param name="smaller">What the smaller is called.</param>
    /// <param name="rows">By budget.</param>
    /// <param name="samples">Of the smaller, for equal compute.</param>
    /// <param name="weights">Of the larger and of the smaller.</param>
    public static ReportTable Table(string title, string smaller, IEnumerable<FamilyRow> rows, int samples, (long Larger, long Smaller) weights) => new(
        title,
        ["Tokens", "Larger", GateReport.Capital(smaller), $"{GateReport.Capital(smaller)} less larger", string.Create(CultureInfo.InvariantCulture, $"{GateReport.Capital(smaller)}, equal compute (majority@{samples})")],
        [.. rows.Select(r => (IReadOnlyList<ReportCell>)[ReportCell.Of(r.Tokens.ToString(CultureInfo.InvariantCulture)), Cell(r.Larger, "-"), Cell(r.Smaller, "-"), Cell(r.Difference, "-"), Cell(r.Voted, string.Create(CultureInfo.InvariantCulture, $"needs --epochs {samples}"))])],
        string.Create(CultureInfo.InvariantCulture, $"Equal compute: {weights.Larger:N0} weights against {weights.Smaller:N0}, so {samples} samples of the smaller for one of the larger's."));

    private static ReportCell Cell(Estimate? estimate, string absent) => estimate is { } measured ? ReportCell.Of(measured, NumberStyle.Share) : ReportCell.Of(absent);

    /// <summary>What did not come to its end within the budget is not right, and casts no vote.</summary>
    private static SampleResult Within(SampleResult sample, int budget) => sample.CompletionTokens <= budget || sample.IsMissing ? sample : sample with { Outcome = SampleOutcome.Fail, Answer = null, IsCut = true };
}
