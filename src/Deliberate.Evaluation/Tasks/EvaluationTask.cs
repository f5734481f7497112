using System.Globalization;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// An evaluation: what is asked, how the model is led to its answer, who judges it, what is measured. A task is one file that makes
/// one of these, listed in <see cref="EvaluationTasks"/>; to add one, copy the nearest and change it.
/// </summary>
public sealed record EvaluationTask
{
    /// <summary>As commands and requirements call it: lower case, hyphens; <c>family:arithmetic</c> for a task family.</summary>
    public required string Name { get; init; }

    /// <summary>Raised where the same id is another item than before, or is judged by another rule: a result of another version is another result.</summary>
    public int Version { get; init; } = 1;

    /// <summary>On pages: "XSTest, safe prompts".</summary>
    public required string Title { get; init; }

    /// <summary>What it measures, in a sentence.</summary>
    public string Summary { get; init; } = "";

    /// <summary>Where its data is from; null where it is generated.</summary>
    public TaskSource? Source { get; init; }

    /// <summary>Makes the items, in their order; the same arguments give the same ones.</summary>
    public required Func<TaskContext, CancellationToken, IAsyncEnumerable<EvaluationItem>> Items { get; init; }

    /// <summary>Leads the model from an item to its answer.</summary>
    public ISolver Solver { get; init; } = new GenerateSolver();

    /// <summary>Where in an answer the final answer stands that the scorer is given.</summary>
    public AnswerFormat Answers { get; init; } = AnswerFormat.Whole;

    /// <summary>Makes who judges, once a run; disposed at its end where it can be.</summary>
    public required Func<TaskContext, IScorer> Scorer { get; init; }

    /// <summary>What is measured; the first is the headline.</summary>
    public required IReadOnlyList<TaskMetric> Metrics { get; init; }

    /// <summary>How it is asked unless the user says otherwise.</summary>
    public TaskDefaults Defaults { get; init; } = new();

    /// <summary>Figures that others published, printed beside ours.</summary>
    public IReadOnlyList<PublishedFigure> Published { get; init; } = [];

    /// <summary>Where prompts, judge or data differ from what the published figures rest on; empty where nothing does.</summary>
    public string Differences { get; init; } = "";

    /// <summary>What must hold of it wherever it is asked, as <see cref="Requirement"/> reads it.</summary>
    public IReadOnlyList<string> Requirements { get; init; } = [];

    /// <summary>How the final answer is read where a task family says so; null for as <see cref="Answers"/> says. Given completion, whether it was cut, and the tag that the prompt ends with.</summary>
    internal Func<string, bool, string, string?>? ReadAnswer { get; init; }

    /// <summary>A completion's final answer; null where it has none.</summary>
    internal string? AnswerOf(string completion, bool isCut, string thoughtOpenedBy) =>
        ReadAnswer is { } read ? read(completion, isCut, thoughtOpenedBy) : AnswerExtraction.Extract(completion, Answers, isCut, thoughtOpenedBy);

    /// <summary>Whether it measures how likely texts are, which only checkpoints on this machine tell.</summary>
    internal bool MeasuresLikelihood => Solver is LikelihoodSolver || (Solver is SolverChain chain && chain.Parts.Any(p => p is LikelihoodSolver));

    /// <summary>A solver that depends on what the user says: who plays the other side of a conversation. Null for <see cref="Solver"/>.</summary>
    internal Func<TaskContext, ISolver>? SolverFor { get; init; }

    /// <summary>The task as it is asked in a context.</summary>
    internal EvaluationTask In(TaskContext context) => SolverFor is { } make ? this with { Solver = make(context), SolverFor = null } : this;

    /// <summary>Metrics that depend on what the user says or who judges, in the place of those of the same name: a share corrected for its judge's errors.</summary>
    internal Func<TaskContext, IScorer, IReadOnlyList<TaskMetric>> Corrected { get; init; } = (_, _) => [];

    /// <summary>What was left out or changed of what it was made from, a sentence each.</summary>
    internal IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary><c>name@version</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Name}@{Version}");
}

/// <summary>How a task asks unless the user says otherwise.</summary>
public sealed record TaskDefaults
{
    /// <summary>Items to ask; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Samples of each item.</summary>
    public int Epochs { get; init; } = 1;

    /// <summary>Token budget of an answer, thought included; null for what the model's maker says.</summary>
    public int? MaxTokens { get; init; } = 2048;

    /// <summary>0 takes the most likely token; null for what the model's maker says.</summary>
    public double? Temperature { get; init; }
}

/// <summary>Where a task's data is from.</summary>
/// <param name="Name">Of the data set.</param>
/// <param name="Licence">SPDX identifier, or as its page says.</param>
/// <param name="Address">Of its page or file.</param>
/// <param name="Sha256">Of the file that was published; null where the first use pins it.</param>
public sealed record TaskSource(string Name, string Licence, Uri Address, string? Sha256 = null);

/// <summary>A figure that others published.</summary>
/// <param name="Metric">The name of ours that it stands beside.</param>
/// <param name="Model">Of which model.</param>
/// <param name="Value">As published.</param>
/// <param name="Source">Where.</param>
public sealed record PublishedFigure(string Metric, string Model, double Value, string Source);
