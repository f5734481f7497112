using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Models;
using Deliberate.Reasoning;

namespace Deliberate.Evaluation;

/// <summary>
/// One thing that a task asks: the conversation that the model is to go on with, and what scorers need to judge what it says. Made by
/// a suite's loader or generator; it survives a log, so that old answers can be judged again without the data.
/// </summary>
public sealed record EvaluationItem
{
    /// <summary>Fields of <see cref="Problem.State"/> that an item's are kept under.</summary>
    internal const string IdField = OwnProblem.Id, ChoicesField = "choices", FactsField = "facts";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names it within its task's version, and keys the random numbers that its samples are drawn with.</summary>
    public required string Id { get; init; }

    /// <summary>What is asked: system, developer, user and assistant turns, the last one the user's.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The target; empty where there is none.</summary>
    public string Reference { get; init; } = "";

    /// <summary>Of a question with given answers, in the order of their letters.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>What hangs together, each counted once by intervals: a base prompt, a template. The id where it is left out.</summary>
    public string Cluster { get => field.Length > 0 ? field : Id; init; } = "";

    /// <summary>What slices are made by: category, language, attack.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = EvaluatedSample.NoTags;

    /// <summary>What only the scorer reads: a JSON object, or nothing.</summary>
    public string Facts { get; init; } = "";

    /// <summary>Of the family or the problem file that it is from; null of all other items.</summary>
    internal Problem? Problem { get; init; }

    /// <summary>Its random numbers' key where that is its place, as evaluations of a run have it; null for the id's hash.</summary>
    internal long? Place { get; init; }

    /// <summary>The item as scorers are given it.</summary>
    /// <param name="task">Whose name and version its id begins with.</param>
    internal Problem ToProblem(EvaluationTask task)
    {
        if (Problem is not null) return Problem;
        var state = new JsonObject { [IdField] = Id };
        if (Choices.Count > 0) state[ChoicesField] = new JsonArray([.. Choices.Select(c => (JsonNode)c)]);
        if (Facts.Length > 0) state[FactsField] = JsonNode.Parse(Facts);
        var prompt = Messages.Count > 0 ? Messages[^1].Content : "";
        return new Problem(task.Name, 0, Split.Test, 0, prompt, state.ToJsonString(Relaxed), prompt, Reference) { Version = task.Version };
    }

    /// <exception cref="UserError">It cannot be asked.</exception>
    internal void Check(EvaluationTask task)
    {
        if (string.IsNullOrWhiteSpace(Id)) throw new UserError("an item has no id.", field: task.Name);
        if (Messages.Count == 0) throw new UserError("the item asks nothing.", field: $"{task.Name}/{Id}");
        if (Facts.Length > 0 && !Facts.AsSpan().TrimStart().StartsWith("{")) throw new UserError("the item's facts are no JSON object.", field: $"{task.Name}/{Id}");
    }
}
