using System.Globalization;
using System.Text.Json.Nodes;

namespace Deliberate.Safety;

/// <summary>
/// The eight things that a claim of safety has to say (object, scope, threat model, threshold, evidence, safeguards, residual risk,
/// decision). What the card cannot say stays empty, and is shown as such.
/// </summary>
internal static class CardClaims
{
    public static IEnumerable<CardClaim> Of(SystemCard card)
    {
        var gate = card.Gate;
        yield return new("object", $"{card.Model.Name}, identity {card.Model.Id}");
        var own = card.Figures.Where(f => f.State == ModelState.Post).ToArray();
        yield return new("scope", own.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{own.Length} figures of {own.Select(f => f.Task).Distinct().Count()} tasks; {card.Gaps.Count} places are empty"));
        yield return new("threat model", Join(gate?.Root["risks"], r => $"{r["title"]}: {r["about"]}"));
        var tests = (gate?.Root["tests"] as JsonArray)?.OfType<JsonObject>().ToArray() ?? [];
        yield return new("threshold", tests.Length == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{tests.Length} tests with thresholds, decided on the end of the 95% interval"));
        var decided = tests.Count(t => (string?)t["finding"] is "met" or "below");
        yield return new("evidence", decided == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{decided} of {tests.Length} tests are decided by logs of these weights"));
        var claims = (gate?.Root["claims"] as JsonArray)?.OfType<JsonObject>().ToArray() ?? [];
        yield return new("safeguards", string.Join("; ", claims.Where(c => (string?)c["finding"] == "met").Select(c => $"{c["safeguard"]}: {c["claim"]}")));
        yield return new("residual risk", string.Join("; ", claims.Select(c => (string?)c["residual_risk"] ?? "").Where(r => r.Length > 0)));
        yield return new("decision", gate is null ? "" : $"{gate.Says("action")}: {gate.Text("outcome")}; {gate.Text("why")}; {Signers(gate)}");
    }

    private static string Signers(WrittenGateResult gate) => Join(gate.Root["approvals"], a => $"{a["name"]} ({a["role"]})") is { Length: > 0 } signed ? $"signed by {signed}" : "signed by nobody";

    private static string Join(JsonNode? list, Func<JsonObject, string> each) => list is JsonArray array ? string.Join("; ", array.OfType<JsonObject>().Select(each)) : "";
}
