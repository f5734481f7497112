using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// A system card as data: a model by its weights, how it was made, every figure with its log, every gap, the gate's result, what the
/// claims lack. Page, Markdown and JSON say the same of it.
/// </summary>
internal sealed record SystemCard
{
    public const int Format = 1;

    public required GateModels Models { get; init; }

    /// <summary>Whose card it is.</summary>
    public GateModel Model => Models.Post;

    public required DateTimeOffset At { get; init; }

    /// <summary>Of this program.</summary>
    public required string Program { get; init; }

    /// <summary>How the model was made, a name and a text each; empty where no run's records are at hand.</summary>
    public required IReadOnlyList<(string Name, string Text)> Training { get; init; }

    public required IReadOnlyList<CardFigure> Figures { get; init; }

    public required IReadOnlyList<CardGap> Gaps { get; init; }

    /// <summary>What was named as evidence and is of other models, or is not of an evaluation.</summary>
    public required IReadOnlyList<string> LeftOut { get; init; }

    /// <summary>Attested figures and documents from outside.</summary>
    public required IReadOnlyList<SignedRecord> External { get; init; }

    /// <summary>Null where no gate was named.</summary>
    public WrittenGateResult? Gate { get; init; }

    /// <summary>What the claims of the card say and do not say.</summary>
    public required IReadOnlyList<CardClaim> Claims { get; init; }

    /// <summary>The command that makes it again.</summary>
    public required string Command { get; init; }

    /// <summary>Of the run that trained it; null where none is at hand.</summary>
    public string? RunName { get; init; }

    /// <summary>What the model is called: its run's or its folder's name, not where it lies.</summary>
    public string Title
    {
        get
        {
            if (RunName is { Length: > 0 } run) return run;
            var name = Model.Name.StartsWith("hf:", StringComparison.Ordinal) ? Model.Name["hf:".Length..] : Model.Name;
            if (!Path.Exists(name)) return name;
            var parts = name.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
            var at = Array.LastIndexOf(parts, "checkpoints");
            return at > 0 ? parts[at - 1] : parts is [.., var last] ? last : name;
        }
    }

    public JsonObject Json() => new()
    {
        ["format_version"] = Format,
        ["kind"] = "system-card",
        ["program"] = Program,
        ["at"] = At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture),
        ["model"] = Of(Model),
        ["before_mitigations"] = Models.Pre is { } pre ? Of(pre) : null,
        ["behind_filters"] = Models.Deployed is { } deployed ? Behind(deployed) : null,
        ["training"] = new JsonArray([.. Training.Select(t => (JsonNode)new JsonObject { ["name"] = t.Name, ["text"] = t.Text })]),
        ["figures"] = new JsonArray([.. Figures.Select(f => (JsonNode)f.Json())]),
        ["gaps"] = new JsonArray([.. Gaps.Select(g => (JsonNode)new JsonObject { ["section"] = g.Section, ["row"] = g.Row, ["fill"] = g.Fill })]),
        ["left_out"] = new JsonArray([.. LeftOut.Select(l => (JsonNode)l)]),
        ["external"] = new JsonArray([.. External.Select(e => (JsonNode)new JsonObject { ["subject"] = Subject(e), ["value"] = CardFigure.Number(e.Number("value")), ["low"] = CardFigure.Number(e.Number("low")), ["high"] = CardFigure.Number(e.Number("high")), ["caveats"] = new JsonArray([.. e.Texts("caveats").Select(c => (JsonNode)c)]), ["role"] = e.Role, ["name"] = e.Name, ["signature"] = e.Signature })]),
        ["gate"] = Gate is null ? null : new JsonObject { ["hash"] = Gate.Hash, ["outcome"] = Gate.Text("outcome"), ["why"] = Gate.Text("why"), ["statement"] = Gate.Statement.DeepClone(), ["approvals"] = Gate.Root["approvals"]?.DeepClone() },
        ["claims"] = new JsonArray([.. Claims.Select(c => (JsonNode)new JsonObject { ["slot"] = c.Slot, ["says"] = c.IsEmpty ? null : c.Says })]),
        ["command"] = Command,
    };

    public static string Subject(SignedRecord record) => record.Text("indicator") is { Length: > 0 } indicator ? indicator : record.Text("artefact");

    private static JsonObject Behind(GateModel model)
    {
        var told = Of(model);
        told["filter"] = model.Filter;
        return told;
    }

    private static JsonObject Of(GateModel model) => new() { ["name"] = model.Name, ["id"] = model.Id, ["weights"] = model.Weights };
}
