using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Models;

namespace Deliberate.Safety;

/// <summary>
/// An attack that worked, as small as it could be made: asked again, it shows whether the model has been mended. A line of a file of JSON Lines.
/// </summary>
internal sealed record RegressionCase
{
    public const int Format = 1;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required string Id { get; init; }

    public required AttackGoal Goal { get; init; }

    /// <summary>By which attack.</summary>
    public required string Attack { get; init; }

    /// <summary>What is asked.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The transforms that are left of a chain; empty where it is none, or the plain request was enough.</summary>
    public IReadOnlyList<string> Chain { get; init; } = [];

    /// <summary>Which model it broke.</summary>
    public string Model { get; init; } = "";

    /// <summary>Hash of its weights; empty where it is not known.</summary>
    public string ModelHash { get; init; } = "";

    /// <summary>Who found that it did.</summary>
    public string Judge { get; init; } = "";

    /// <summary>The set that the goal is of.</summary>
    public string Goals { get; init; } = "";

    /// <summary>How the model was asked; null for what its makers say.</summary>
    public double? Temperature { get; init; }

    public int? MaxTokens { get; init; }

    /// <summary>Parts before and after it was made smaller, and whether no single one can go.</summary>
    public (int Before, int After, bool IsMinimal) Parts { get; init; }

    public string ToLine()
    {
        var json = new JsonObject
        {
            ["format_version"] = Format,
            ["id"] = Id,
            ["attack"] = Attack,
            ["goals"] = Goals,
            ["goal"] = new JsonObject { ["id"] = Goal.Id, ["request"] = Goal.Request, ["category"] = Goal.Category, ["cluster"] = Goal.Cluster, ["world_request"] = Goal.WorldRequest },
            ["chain"] = new JsonArray([.. Chain.Select(c => (JsonNode)c)]),
            ["messages"] = new JsonArray([.. Messages.Select(m => (JsonNode)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]),
            ["model"] = Model,
            ["model_hash"] = ModelHash,
            ["judge"] = Judge,
            ["temperature"] = Temperature,
            ["max_tokens"] = MaxTokens,
            ["parts_before"] = Parts.Before,
            ["parts_after"] = Parts.After,
            ["is_minimal"] = Parts.IsMinimal,
        };
        return json.ToJsonString(Relaxed);
    }

    /// <summary>The cases of a file; none where there is no such file and none is needed.</summary>
    /// <exception cref="UserError">A line is none, or one of a newer program; two have the same id.</exception>
    public static IReadOnlyList<RegressionCase> Read(string path)
    {
        var (cases, ids) = (new List<RegressionCase>(), new Dictionary<string, int>(StringComparer.Ordinal));
        foreach (var line in JsonLines.Read(path))
        {
            var format = line.GetInt32("format_version");
            if (format > Format) throw line.Error(FormattableString.Invariant($"The case has format {format}, and this program reads up to {Format}."), "format_version", "A newer deliberate reads it.");
            var goal = line.GetObject("goal");
            var id = line.GetString("id");
            if (!ids.TryAdd(id, line.Number)) throw line.Error($"The id \"{id}\" stands in line {ids[id]} already.", "id");
            var messages = line.GetArray("messages");
            if (messages.GetArrayLength() == 0) throw line.Error("The case asks nothing.", "messages");
            cases.Add(new RegressionCase
            {
                Id = id,
                Attack = line.GetString("attack"),
                Goals = line.GetOptionalString("goals") ?? "",
                Goal = new AttackGoal(line.GetString(goal, "id"), line.GetString(goal, "request")) { Category = line.GetOptionalString(goal, "category") ?? "", Cluster = line.GetOptionalString(goal, "cluster") ?? "", WorldRequest = line.GetOptionalString(goal, "world_request") ?? "" },
                Chain = line.TryGet(line.Root, "chain", out var chain) && chain.ValueKind == JsonValueKind.Array ? [.. chain.EnumerateArray().Select(c => c.GetString() ?? "")] : [],
                Messages = [.. messages.EnumerateArray().Select(m => new ChatMessage(line.GetString(m, "role"), line.GetString(m, "content")))],
                Model = line.GetOptionalString("model") ?? "",
                ModelHash = line.GetOptionalString("model_hash") ?? "",
                Judge = line.GetOptionalString("judge") ?? "",
                Temperature = line.TryGet(line.Root, "temperature", out var temperature) && temperature.ValueKind == JsonValueKind.Number ? temperature.GetDouble() : null,
                MaxTokens = line.TryGet(line.Root, "max_tokens", out var tokens) && tokens.ValueKind == JsonValueKind.Number ? tokens.GetInt32() : null,
            });
        }

        return cases.Count > 0 ? cases : throw new UserError("The file holds no case.", path);
    }
}
