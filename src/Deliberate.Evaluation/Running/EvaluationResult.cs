using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A task measured on a model.</summary>
public sealed record EvaluationResult
{
    public required EvaluationTask Task { get; init; }

    public required ModelDescription Model { get; init; }

    /// <summary>All samples that there are, in the order of items and epochs.</summary>
    public required IReadOnlyList<SampleResult> Samples { get; init; }

    /// <summary>Samples that there should be.</summary>
    public required int Planned { get; init; }

    /// <summary>Every metric of the task, slices behind their whole.</summary>
    public required IReadOnlyList<MetricResult> Metrics { get; init; }

    /// <summary>Token budget of an answer; null for what the model's maker says.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The log's last hash.</summary>
    public string LogHash { get; init; } = "";

    /// <summary>Where the log is; empty where none was kept.</summary>
    public string Log { get; init; } = "";

    public ModelUsage Usage { get; init; }

    public MetricResult Headline => Metrics[0];

    /// <summary>How many samples ended in which way.</summary>
    public IReadOnlyDictionary<SampleOutcome, int> Outcomes => Samples.GroupBy(s => s.Outcome).ToDictionary(g => g.Key, g => g.Count());

    /// <summary>Samples that were not asked at all.</summary>
    public int NotAsked => Planned - Samples.Count;

    /// <summary>The share of planned samples of which nothing was found out.</summary>
    public double MissingShare => Planned == 0 ? 0 : (double)(NotAsked + Samples.Count(s => s.Outcome is not (SampleOutcome.Pass or SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored))) / Planned;
}
