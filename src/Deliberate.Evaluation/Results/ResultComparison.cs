using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>Two results of one task held against each other, metric by metric, in pairs; and what differs between them besides the model.</summary>
/// <param name="From">What is compared with.</param>
/// <param name="To">What is compared.</param>
/// <param name="Metrics">Those that can be compared item by item.</param>
/// <param name="Warnings">Differences of what was asked, a sentence each: with any, a difference of figures is not the model's alone.</param>
internal sealed record ResultComparison(EvaluationResult From, EvaluationResult To, IReadOnlyList<MetricComparison> Metrics, IReadOnlyList<string> Warnings)
{
    /// <summary>Every result of a task with the first of that task; p-values adjusted by Holm over all of them.</summary>
    public static IReadOnlyList<ResultComparison> Of(IReadOnlyList<EvaluationResult> results)
    {
        List<ResultComparison> all = [];
        foreach (var task in results.GroupBy(r => r.Task.Name, StringComparer.Ordinal))
        {
            var first = task.First();
            foreach (var other in task.Skip(1))
            {
                MetricComparison[] metrics = [.. first.Task.Metrics.Select(m => MetricComparison.Of(m, first.Samples, other.Samples)).OfType<MetricComparison>()];
                all.Add(new ResultComparison(first, other, metrics, first.Head is { } a && other.Head is { } b ? [.. LogHead.Differences(a, b)] : []));
            }
        }

        return Adjusted(all);
    }

    private static List<ResultComparison> Adjusted(List<ResultComparison> all)
    {
        var p = all.SelectMany(c => c.Metrics).Select(m => m.P).OfType<double>().ToArray();
        var adjusted = new Queue<double>(p.Length > 0 ? Multiplicity.Adjust(p, Adjustment.Holm) : []);
        return [.. all.Select(c => c with { Metrics = [.. c.Metrics.Select(m => m.P is null ? m : m with { AdjustedP = adjusted.Dequeue() })] })];
    }
}
