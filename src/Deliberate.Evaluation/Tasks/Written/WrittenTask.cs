using System.ComponentModel;
using System.Text.RegularExpressions;
using Deliberate.Core;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>A task that is written in YAML, without compiling: data or items, solvers, scorers, metrics, thresholds.</summary>
internal sealed partial record WrittenTask : ICheckedRecipe
{
    [Description("As commands and requirements call it: lower-case letters, digits, - and _.")]
    public required string Name { get; init; }

    [Description("Raise it where the same id is another item than before, or is judged by another rule.")]
    [InRange(1, 1_000_000)]
    public int Version { get; init; } = 1;

    [Description("On pages; the name if left out.")]
    public string? Title { get; init; }

    [Description("What it measures, in a sentence.")]
    public string Summary { get; init; } = "";

    [Description("A file of items, an object a line.")]
    public WrittenData? Data { get; init; }

    [Description("Items written here, instead of a file.")]
    public IReadOnlyList<WrittenItem> Items { get; init; } = [];

    [Description("How the model is led to its answer, one after the other; without any it is asked as the item stands.")]
    public IReadOnlyList<WrittenSolver> Solvers { get; init; } = [];

    [Description("Who judges; the first decides the outcome unless decides says all, each further one adds its score.")]
    public required IReadOnlyList<WrittenScorer> Scorers { get; init; }

    [Description("Of several scorers: first, or all must find the answer right.")]
    public ScorersDecide Decides { get; init; }

    [Description("Where the final answer stands in what the model says: whole, marked (a box, a tag, \"the answer is\"), or last_number.")]
    public AnswerFormat Answers { get; init; } = AnswerFormat.Whole;

    [Description("What is measured, the first being the headline: accuracy, accuracy_finished, pass@K, pass^K, majority@K, or the name of a further scorer. Without any: accuracy and accuracy_finished.")]
    public IReadOnlyList<string> Metrics { get; init; } = [];

    [Description("A tag by whose values the metrics are measured once more.")]
    public string? SliceBy { get; init; }

    [Description("Samples of each item.")]
    [InRange(1, 1024)]
    public int Epochs { get; init; } = 1;

    [Description("Token budget of an answer, thought included; null for what the model's maker says.")]
    [InRange(1, 1 << 24)]
    public int? MaxTokens { get; init; } = 2048;

    [Description("0 takes the most likely token; null for what the model's maker says.")]
    [InRange(0, 100)]
    public double? Temperature { get; init; }

    [Description("What must hold, without the task's name: accuracy >= 0.9. Decided on the interval's end.")]
    public IReadOnlyList<string> Thresholds { get; init; } = [];

    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (!Form().IsMatch(Name)) yield return ("name", $"\"{Name}\" is no name of a task: lower-case letters, digits, - and _ after a letter.");
        if (Data is null == (Items.Count == 0)) yield return (Data is null ? "items" : "data", "A task has its items either in a file (data) or written here (items).");
        if (Scorers.Count == 0) yield return ("scorers", "Somebody must judge: name at least one scorer.");
    }

    [GeneratedRegex(@"^[a-z][a-z0-9_-]{0,99}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}

/// <summary>Whose verdict is the outcome where several judge.</summary>
internal enum ScorersDecide
{
    First,

    /// <summary>It is right where every one finds it right.</summary>
    All,
}

/// <summary>A file of items.</summary>
internal sealed record WrittenData
{
    [Description("JSON Lines; relative to this file.")]
    public required string File { get; init; }

    [Description("SHA-256 that it must have; left out, it is not checked.")]
    public string? Sha256 { get; init; }

    [Description("Which field of a line is what: prompt, answer, id, choices, cluster, messages. What is left out has the field of its own name.")]
    public IReadOnlyDictionary<string, string> Fields { get; init; } = new Dictionary<string, string>();

    [Description("Fields of a line that are tags, by which slices are made.")]
    public IReadOnlyList<string> Tags { get; init; } = [];

    [Description("Fields of a line that scorers read besides, such as tests.")]
    public IReadOnlyList<string> Facts { get; init; } = [];

    [Description("SPDX identifier of its licence.")]
    public string Licence { get; init; } = "";

    [Description("Where it is from.")]
    public string Source { get; init; } = "";
}

/// <summary>An item that is written in the task's file.</summary>
internal sealed record WrittenItem
{
    [Description("Names it; its place if left out.")]
    public string? Id { get; init; }

    [Description("What the user says.")]
    public string? Prompt { get; init; }

    [Description("The whole conversation instead.")]
    public IReadOnlyList<WrittenMessage> Messages { get; init; } = [];

    [Description("The target.")]
    public string Answer { get; init; } = "";

    [Description("Of a question with given answers.")]
    public IReadOnlyList<string> Choices { get; init; } = [];

    [Description("What it hangs together with.")]
    public string? Cluster { get; init; }

    [Description("By which slices are made.")]
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    [Description("What scorers read besides, such as tests.")]
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();
}

/// <summary>A message of a conversation.</summary>
internal sealed record WrittenMessage
{
    [Description("system, developer, user or assistant.")]
    public required string Role { get; init; }

    [Description("What is said.")]
    public required string Content { get; init; }
}
