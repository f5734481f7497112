using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;

namespace Deliberate.Safety;

/// <summary>
/// A gate's result: <c>gate.json</c>. What is signed is its <c>statement</c>, which holds nothing that depends on when or where the gate was
/// run: the policy's text, the model, every figure with the hash of its log, every finding. The rest explains it.
/// </summary>
internal sealed record GateResult
{
    public const string FileName = "gate.json", PageName = "gate.html";

    private const int Format = 1;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public required GateDecision Decision { get; init; }

    public required GateModels Models { get; init; }

    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<SignedRecord> Precautions { get; init; }

    public required IReadOnlyList<SignedRecord> Externals { get; init; }

    /// <summary>Signatures over this very statement, that hold.</summary>
    public IReadOnlyList<SignedRecord> Approvals { get; init; } = [];

    /// <summary>What the user should know: approvals of another result, evidence that was not needed.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    public string Hash => CanonicalJson.Hash(Statement());

    /// <summary>Roles that have not signed.</summary>
    public IReadOnlyList<string> Unsigned => [.. Decision.MustSign.Where(role => Approvals.All(a => a.Role != role))];

    /// <summary>A result that passes and is not signed by all is not passed yet.</summary>
    public GateVerdict Outcome => Decision.Verdict == GateVerdict.Pass && Unsigned.Count > 0 ? GateVerdict.Inconclusive : Decision.Verdict;

    public string Why => Decision.Verdict == GateVerdict.Pass && Unsigned.Count > 0 ? $"the evidence lets it through; it waits for the signature of {string.Join(" and ", Unsigned)}" : Decision.Why;

    /// <summary>Until when it can stand, as the policy says; null for no end.</summary>
    public DateTimeOffset? StandsUntil => Decision.Policy.Policy.ReassessWhen.Days is { } days && Decision.Readings.Select(r => r.Log?.Finished).OfType<DateTimeOffset>().DefaultIfEmpty(At).Min() is var oldest ? oldest.AddDays(days) : null;

    /// <summary>What signatures are over.</summary>
    public JsonObject Statement()
    {
        var decision = Decision;
        var statement = new JsonObject
        {
            ["policy"] = decision.Policy.Policy.Policy,
            ["policy_version"] = decision.Policy.Policy.Version,
            ["policy_sha256"] = decision.Policy.Sha256,
            ["action"] = RecipeWriter.Scalar(decision.Action),
            ["model"] = Models.Post.Id,
            ["weights"] = Models.Post.Weights,
            ["model_before_mitigations"] = Models.Pre?.Id,
            ["verdict"] = RecipeWriter.Scalar(decision.Verdict),
            ["decided_by"] = decision.DecidedBy,
            ["categories"] = List(decision.Categories, c => new JsonObject
            {
                ["category"] = c.Category,
                ["state"] = RecipeWriter.Scalar(c.State),
                ["level"] = decision.Policy.Policy.Levels[c.Shown],
                ["not_ruled_out"] = decision.Policy.Policy.Levels[c.Possible],
                ["precaution"] = c.Precaution?.Hash,
            }),
            ["tests"] = List(decision.Readings, r => new JsonObject
            {
                ["test"] = r.Test.Id,
                ["state"] = RecipeWriter.Scalar(r.State),
                ["finding"] = RecipeWriter.Scalar(r.Finding),
                ["value"] = Number(r.Figure?.Value),
                ["low"] = Number(r.Figure?.Low),
                ["high"] = Number(r.Figure?.High),
                ["n"] = r.Figure?.N,
                ["missing"] = r.Figure?.Missing,
                ["log_hash"] = r.Log?.Result?.LogHash,
                ["attested"] = r.External?.Hash,
            }),
            ["safeguards"] = List(decision.Safeguards, s => new JsonObject { ["safeguard"] = s.Safeguard.Id, ["finding"] = RecipeWriter.Scalar(s.Finding) }),
            ["gates"] = List(decision.Gates, g => new JsonObject { ["state"] = RecipeWriter.Scalar(g.Gate.State), ["verdict"] = RecipeWriter.Scalar(g.Verdict), ["decided_by"] = g.DecidedBy }),
            ["exceptions"] = new JsonArray([.. decision.Exceptions.Select(e => (JsonNode)$"{e.Id} until {e.Expires}")]),
            ["documents"] = new JsonArray([.. Externals.Where(e => e.Text("artefact").Length > 0).Select(e => (JsonNode)e.Hash)]),
        };
        // Where no filters were named it is the statement that it always was: signatures over it stay what they are.
        if (Models.Deployed is { } deployed) statement["model_behind_filters"] = deployed.Id;
        return statement;
    }

    public JsonObject Json()
    {
        var decision = Decision;
        return new JsonObject
        {
            ["format_version"] = Format,
            ["at"] = At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
            ["outcome"] = RecipeWriter.Scalar(Outcome),
            ["why"] = Why,
            ["hash"] = Hash,
            ["statement"] = Statement(),
            ["model_name"] = Models.Post.Name,
            ["policy_title"] = decision.Policy.Policy.Title,
            ["policy_source"] = decision.Policy.Policy.Source,
            ["risks"] = List(decision.Policy.Policy.Categories, c => new JsonObject { ["category"] = c.Id, ["title"] = c.Title, ["about"] = c.About }),
            ["claims"] = List(decision.Safeguards, s => new JsonObject { ["safeguard"] = s.Safeguard.Id, ["claim"] = s.Safeguard.Claim, ["finding"] = RecipeWriter.Scalar(s.Finding), ["why"] = s.Why, ["residual_risk"] = s.Safeguard.ResidualRisk }),
            ["must_sign"] = new JsonArray([.. decision.MustSign.Select(r => (JsonNode)r)]),
            ["not_signed"] = new JsonArray([.. Unsigned.Select(r => (JsonNode)r)]),
            ["approvals"] = List(Approvals, a => new JsonObject { ["role"] = a.Role, ["name"] = a.Name, ["at"] = a.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), ["signature"] = a.Signature }),
            ["precautions"] = List(Precautions, p => new JsonObject { ["category"] = p.Text("category"), ["state"] = p.Text("state"), ["level"] = p.Text("level"), ["equal_to"] = p.Text("equal_to"), ["because"] = p.Text("because"), ["role"] = p.Role, ["name"] = p.Name }),
            ["external"] = List(Externals, e => new JsonObject { ["indicator"] = e.Text("indicator"), ["artefact"] = e.Text("artefact"), ["value"] = Number(e.Number("value")), ["caveats"] = new JsonArray([.. e.Texts("caveats").Select(c => (JsonNode)c)]), ["role"] = e.Role, ["name"] = e.Name }),
            ["tests"] = List(decision.Readings, r => new JsonObject
            {
                ["test"] = r.Test.Id,
                ["state"] = RecipeWriter.Scalar(r.State),
                ["measure"] = r.Test.Measure.Text,
                ["threshold"] = r.Test.Threshold,
                ["direction"] = RecipeWriter.Scalar(r.Test.Direction),
                ["min_n"] = r.Test.MinN,
                ["finding"] = RecipeWriter.Scalar(r.Finding),
                ["why"] = r.Why,
                ["settle"] = r.Settle,
                ["n_needed"] = r.Needed,
                ["log"] = r.Log?.Path,
            }),
            ["invalid"] = new JsonArray([.. decision.Invalid.Select(i => (JsonNode)i)]),
            ["notes"] = new JsonArray([.. Notes.Select(n => (JsonNode)n)]),
            ["reassess"] = new JsonObject { ["other_weights"] = true, ["by"] = StandsUntil?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ["compute_factor"] = decision.Policy.Policy.ReassessWhen.ComputeFactor, ["other_scaffold"] = decision.Policy.Policy.ReassessWhen.Scaffold },
        };
    }

    /// <summary><c>gate.json</c> and the page, into a folder.</summary>
    public void Write(string folder, string command)
    {
        if (File.Exists(folder)) throw new UserError("This is a file, not a folder.", folder, field: "--out");
        AtomicFile.WriteText(Path.Combine(folder, FileName), Json().ToJsonString(Indented) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, PageName), Reports.ReportPage.Render(GateReport.Build(this, command, folder)));
    }

    public string ToText() => Json().ToJsonString(Indented);

    private static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonObject> each) => new([.. items.Select(i => (JsonNode)each(i))]);

    private static JsonNode? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(Math.Round(number, 6)) : null;
}

/// <summary>A result that was written before, as whoever signs it or prints it reads it.</summary>
/// <param name="Hash">Of its statement, computed anew.</param>
/// <param name="Root">All of it.</param>
internal sealed record WrittenGateResult(string Hash, JsonObject Root)
{
    public JsonObject Statement => (JsonObject)Root["statement"]!;

    public string Text(string field) => (string?)Root[field] ?? "";

    /// <summary>What the statement says.</summary>
    public string Says(string field) => (string?)Statement[field] ?? "";

    /// <summary>Null of a result whose statement was changed after it was made.</summary>
    /// <exception cref="UserError">It is none.</exception>
    public static WrittenGateResult? Read(string path)
    {
        var file = Directory.Exists(path) ? Path.Combine(path, GateResult.FileName) : path;
        if (!File.Exists(file)) throw new UserError("There is no such result.", file, advice: "deliberate gate MODEL --policy FILE --out FOLDER writes one.");
        try
        {
            var root = JsonNode.Parse(Utf8Text.Read(file).Span)!.AsObject();
            if ((int)root["format_version"]! > 1) throw new UserError("The result is of a newer program.", file);
            var hash = CanonicalJson.Hash(root["statement"]!.AsObject());
            return hash == (string)root["hash"]! ? new WrittenGateResult(hash, root) : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            throw new UserError("This is no result of a gate.", file, advice: "deliberate gate MODEL --policy FILE --out FOLDER writes one.", inner: error);
        }
    }
}
