using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// A sample, what was found of it, and what it took: what the log keeps. What the model wrote is <see cref="Sample.Completion"/>,
/// thought included (<see cref="Sample.Thinking"/> and <see cref="Sample.Text"/> part them); what it was asked, with all turns in
/// between, is <see cref="Sample.Messages"/>.
/// </summary>
/// <param name="Sample">Its id is <c>task@version/item/epoch</c>.</param>
/// <param name="Verdict">One of the eight outcomes, always.</param>
public sealed record EvaluatedSample(Sample Sample, Verdict Verdict)
{
    internal static readonly IReadOnlyDictionary<string, string> NoTags = new Dictionary<string, string>();

    /// <inheritdoc cref="EvaluationItem.Cluster"/>
    public required string Cluster { get; init; }

    /// <inheritdoc cref="EvaluationItem.Tags"/>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>Why the last answer ended, as the provider says: stop, length, content_filter, tool_calls; empty where there is none.</summary>
    public string FinishReason { get; init; } = "";

    /// <summary>The model as the provider named it, with its fingerprint where it gives one.</summary>
    public string ReportedModel { get; init; } = "";

    /// <summary>Tokens and money of all calls that the sample took.</summary>
    public ModelUsage Usage { get; init; }

    /// <summary>Seconds, apart: waiting for the model, and for the scorer.</summary>
    public SampleTiming Timing { get; init; }

    /// <summary>Which of the item's samples, from 0.</summary>
    public int Epoch => Sample.Attempt;

    /// <summary>What metrics are given.</summary>
    public SampleResult ToResult() => new()
    {
        Item = Sample.Problem.Id,
        Epoch = Epoch,
        Cluster = Cluster,
        Tags = Tags,
        Outcome = Verdict.Outcome,
        Value = Verdict.Value,
        Scores = Verdict.Scores.Count == 0 ? SampleResult.NoScores : Verdict.Scores.GroupBy(s => s.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Value, StringComparer.Ordinal),
        // One text for both where they are the same: there may be very many.
        Answer = Sample.Answer == Sample.Problem.Answer ? Sample.Problem.Answer : Sample.Answer,
        IsEmpty = string.IsNullOrWhiteSpace(Sample.Text),
        IsCut = Sample.Truncated,
        AllStepsRight = Verdict.AllStepsRight,
        CompletionTokens = Sample.CompletionTokens,
        ThoughtTokens = Sample.ThoughtTokens,
        Usage = Usage,
    };
}

/// <summary>A sample without its texts: small enough that all of a run's are in memory, enough for every metric.</summary>
public sealed record SampleResult
{
    internal static readonly IReadOnlyDictionary<string, double> NoScores = new Dictionary<string, double>();

    /// <summary><c>task@version/item</c>: the same for all epochs.</summary>
    public required string Item { get; init; }

    public required int Epoch { get; init; }

    /// <inheritdoc cref="EvaluationItem.Cluster"/>
    public required string Cluster { get; init; }

    /// <inheritdoc cref="EvaluationItem.Tags"/>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = EvaluatedSample.NoTags;

    public required SampleOutcome Outcome { get; init; }

    /// <inheritdoc cref="Verdict.Value"/>
    public double Value { get; init; }

    /// <summary>Further scores by name.</summary>
    public IReadOnlyDictionary<string, double> Scores { get; init; } = NoScores;

    /// <summary>The final answer as it was read; null where there is none.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether nothing was said outside of a thought.</summary>
    public bool IsEmpty { get; init; }

    /// <summary>Whether the token budget ended it.</summary>
    public bool IsCut { get; init; }

    /// <inheritdoc cref="Verdict.AllStepsRight"/>
    public bool AllStepsRight { get; init; }

    /// <summary>0 where the provider does not count.</summary>
    public int CompletionTokens { get; init; }

    public int? ThoughtTokens { get; init; }

    public ModelUsage Usage { get; init; }

    /// <summary>Whether it failed for a reason that is not the model's, and may go well another time.</summary>
    internal bool IsError => Outcome is SampleOutcome.HarnessError or SampleOutcome.JudgeError;

    /// <summary>Whether nothing was found out of the model.</summary>
    internal bool IsMissing => Outcome is not (SampleOutcome.Pass or SampleOutcome.Fail or SampleOutcome.CutWhileThinking or SampleOutcome.Unscored);
}

/// <summary>Where a sample's seconds went.</summary>
/// <param name="ModelSeconds">From the first request's beginning to the last answer's end.</param>
/// <param name="ScorerSeconds">Until the verdict.</param>
public readonly record struct SampleTiming(double ModelSeconds, double ScorerSeconds);
