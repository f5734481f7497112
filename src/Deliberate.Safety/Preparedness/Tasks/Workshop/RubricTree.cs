using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Reasoning;

namespace Deliberate.Safety;

/// <summary>
/// A rubric in PaperBench's form: a tree whose leaves are met or not and whose nodes are the weighted mean of what is below them. A leaf
/// is named by the score that meets it.
/// </summary>
/// <param name="Id">Of a leaf, the name of its score.</param>
/// <param name="Weight">Against those beside it; above 0.</param>
/// <param name="Parts">None of a leaf.</param>
internal sealed record RubricTree(string Id, double Weight, IReadOnlyList<RubricTree> Parts)
{
    public static RubricTree Leaf(string id, double weight = 1) => new(id, weight, []);

    /// <summary>From 0 to 1; a leaf without a score is not met.</summary>
    public double Value(IReadOnlyDictionary<string, double> leaves) =>
        Parts.Count == 0 ? Math.Clamp(leaves.GetValueOrDefault(Id), 0, 1) : Parts.Sum(p => p.Weight * p.Value(leaves)) / Parts.Sum(p => p.Weight);

    public JsonObject Json() => new() { ["id"] = Id, ["weight"] = Weight, ["parts"] = new JsonArray([.. Parts.Select(p => (JsonNode)p.Json())]) };

    public static RubricTree Read(JsonElement json) => new(json.GetProperty("id").GetString()!, json.GetProperty("weight").GetDouble(), [.. json.GetProperty("parts").EnumerateArray().Select(Read)]);
}

/// <summary>Turns the scores of a check into those of the item's rubric: <c>rubric</c>, and each leaf by its name.</summary>
internal sealed class RubricScorer(WorkbenchCheck leaves, double passes) : IScorer
{
    public const string Score = "rubric", Fact = "rubric_tree";

    public string Name => $"rubric over {leaves.Name}";

    public async ValueTask<IReadOnlyList<Verdict>> ScoreAsync(IReadOnlyList<Sample> samples, CancellationToken cancellationToken)
    {
        var verdicts = await leaves.ScoreAsync(samples, cancellationToken).ConfigureAwait(false);
        return [.. verdicts.Select((v, i) => Of(samples[i], v))];
    }

    private Verdict Of(Sample sample, Verdict verdict)
    {
        if (!verdict.IsReadable) return verdict;
        using var state = JsonDocument.Parse(sample.Problem.State);
        var tree = RubricTree.Read(state.RootElement.GetProperty(Evaluation.EvaluationItem.FactsField).GetProperty(Fact));
        var value = tree.Value(verdict.Scores.ToDictionary(s => s.Name, s => s.Value, StringComparer.Ordinal));
        var reason = FormattableString.Invariant($"{value:0.##} of the rubric");
        return (value >= passes ? Verdict.Pass(value, reason) : Verdict.Fail(reason, value)) with { Scores = [new Score(Score, value), .. verdict.Scores] };
    }
}
