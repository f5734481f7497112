using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A task measured on a model.</summary>
public sealed record EvaluationResult
{
    public required EvaluationTask Task { get; init; }

    public required ModelDescription Model { get; init; }

    /// <summary>As the user named it.</summary>
    public string ModelName { get; init; } = "";

    /// <summary>What was asked, with the hashes that results are compared by.</summary>
    internal LogHead? Head { get; init; }

    /// <summary>Share of samples of which nothing may have been found out.</summary>
    public double AllowedMissing { get; init; } = 1;

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
    public double MissingShare => Planned == 0 ? 0 : (double)(NotAsked + Samples.Count(s => s.IsMissing)) / Planned;

    /// <summary>Whether more is missing than may be: then no figure is a result.</summary>
    public bool IsInconclusive => MissingShare > AllowedMissing;

    /// <summary>The share of samples that the token budget ended, within the thought or within the answer.</summary>
    public double CutShare => Share(s => s.IsCut || s.Outcome == SampleOutcome.CutWhileThinking);

    /// <summary>The share of samples that the token budget ended within the thought.</summary>
    public double CutThinkingShare => Share(s => s.Outcome == SampleOutcome.CutWhileThinking);

    /// <summary>The share of samples that say nothing outside of a thought.</summary>
    public double EmptyShare => Share(s => s.IsEmpty && !s.IsMissing);

    /// <summary>Nothing where the requirement holds.</summary>
    /// <param name="requirement"><c>metric &gt;= number</c>, with or without the task's name before it.</param>
    /// <exception cref="RequirementNotMetException">It fails, or cannot be told.</exception>
    public void Require(string requirement)
    {
        ArgumentNullException.ThrowIfNull(requirement);
        var named = requirement.TrimStart().StartsWith(Task.Name + ".", StringComparison.Ordinal) ? requirement : $"{Task.Name}.{requirement.TrimStart()}";
        var parsed = Requirement.Parse(named);
        parsed.Check([Task]);
        if (parsed.Of(this) is { Finding: not RequirementFinding.Holds } unmet) throw new RequirementNotMetException(unmet);
    }

    private double Share(Func<SampleResult, bool> holds) => Samples.Count == 0 ? 0 : (double)Samples.Count(holds) / Samples.Count;
}
