using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// Something that a task measures of its samples: a share (the mean over clusters of values from 0 to 1) or a length, estimated by
/// Core's metrics, with what it could be at worst and at best where samples are missing. A sample whose value is null is missing: it
/// counts neither for nor against, but the bounds know it.
/// </summary>
public sealed record TaskMetric
{
    /// <summary>As requirements call it: <c>xstest.not_overrefuse</c> is metric <c>not_overrefuse</c> of task <c>xstest</c>.</summary>
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>What a sample measures; null where nothing was found out.</summary>
    public required Func<SampleResult, double?> Value { get; init; }

    /// <summary>Of which samples it is measured; the others are none of its business.</summary>
    public Func<SampleResult, bool> Counts { get; init; } = _ => true;

    /// <summary>Whether values are between 0 and 1; else they are lengths, never below 0, and without bounds.</summary>
    public bool IsShare { get; init; } = true;

    /// <summary>Of lengths: whether they are small, so that tables write three decimals.</summary>
    internal bool IsSmall { get; init; }

    /// <summary>For tables and gates: whether more of it is better.</summary>
    public bool HigherIsBetter { get; init; } = true;

    /// <summary>A tag: the metric is measured once more of each of its values.</summary>
    public string? SliceBy { get; init; }

    /// <summary>
    /// Samples of a control arm, which are no part of the whole: a slice of their own, or, where the estimate is <see cref="Custom"/>, what the
    /// whole and every slice are handed beside their own samples, to be held against.
    /// </summary>
    internal Func<SampleResult, bool>? IsControl { get; init; }

    /// <summary>Samples of an item that it needs at least; it is not measured with fewer.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Instead of the mean of <see cref="Value"/>: an estimate of Core's that needs all samples at once.</summary>
    public Func<IReadOnlyList<SampleResult>, Estimate>? Custom { get; init; }

    /// <summary>Right answers, every sample counted: what was cut or cannot be read is not right.</summary>
    public static TaskMetric Accuracy { get; } = new() { Name = "accuracy", Title = "accuracy", Value = RightOrNot };

    /// <summary>Right answers among samples whose thought came to its end.</summary>
    public static TaskMetric AccuracyFinished { get; } = new() { Name = "accuracy_finished", Title = "accuracy of finished", Value = RightOrNot, Counts = s => !s.IsCut && s.Outcome != SampleOutcome.CutWhileThinking };

    /// <summary>1 for right, 0 for what the model did not get right, null where it was not the model that failed.</summary>
    public static double? RightOrNot(SampleResult sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        return sample.Outcome switch
        {
            SampleOutcome.Pass => 1,
            SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored => 0,
            _ => null,
        };
    }

    /// <summary>A score by its name; null where the sample has none.</summary>
    public static Func<SampleResult, double?> Score(string name) => sample => sample.Scores.TryGetValue(name, out var value) ? value : null;

    internal IEnumerable<MetricResult> Measure(IReadOnlyList<SampleResult> samples)
    {
        var all = samples.Where(Counts).ToArray();
        var (counted, control) = IsControl is { } isControl ? (all.Where(s => !isControl(s)).ToArray(), all.Where(isControl).ToArray()) : (all, []);
        yield return Of(counted, control, "");
        if (SliceBy is not { } tag) yield break;
        foreach (var slice in (Custom is null ? all : counted).Where(s => s.Tags.ContainsKey(tag)).GroupBy(s => s.Tags[tag], StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
            yield return Of([.. slice], control, slice.Key);
    }

    private MetricResult Of(SampleResult[] samples, SampleResult[] control, string slice)
    {
        var values = samples.Select(s => (Sample: s, Value: Value(s))).ToArray();
        var missing = values.Count(v => v.Value is null);
        var estimate = Custom?.Invoke([.. samples, .. control]) ?? Estimated(values.Where(v => v.Value is not null));
        if (missing == 0 || !IsShare || Custom is not null) return new MetricResult(this, slice, estimate, missing, null, null);
        return new MetricResult(this, slice, estimate, missing, Estimated(values.Select(v => (v.Sample, (double?)(v.Value ?? 0)))), Estimated(values.Select(v => (v.Sample, (double?)(v.Value ?? 1)))));
    }

    private Estimate Estimated(IEnumerable<(SampleResult Sample, double? Value)> values) => Estimated(ItemValues.Of(values, v => (v.Sample.Cluster, v.Sample.Item), v => v.Value!.Value));

    /// <summary>Of values by cluster and item; several samples of an item are averaged first.</summary>
    internal Estimate Estimated(ItemValues<(string Cluster, string Item)> values) => IsShare ? ClusteredShareMetric.Of(values) : MeanMetric.Of(values);
}

/// <summary>A metric measured.</summary>
/// <param name="Metric">Which.</param>
/// <param name="Slice">The tag's value that it is of; empty for all samples.</param>
/// <param name="Estimate">Of the samples that are not missing.</param>
/// <param name="Missing">Samples of which nothing was found out.</param>
/// <param name="Lowest">With every missing sample counted 0; null where none is missing.</param>
/// <param name="Highest">With every missing sample counted 1.</param>
public sealed record MetricResult(TaskMetric Metric, string Slice, Estimate Estimate, int Missing, Estimate? Lowest, Estimate? Highest);
