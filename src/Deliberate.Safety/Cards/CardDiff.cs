using System.Globalization;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;

namespace Deliberate.Safety;

/// <summary>A figure of two cards.</summary>
/// <param name="Difference">Second less first, item by item, where both logs are at hand and ask the same items; else null.</param>
/// <param name="Why">Why there is none; empty where there is.</param>
internal sealed record CardChange(string Row, string First, string Second, Estimate? Difference, string Why);

/// <summary>What changed from one card to another: models, figures, places that were filled or emptied, the gate.</summary>
internal sealed record CardDiff(IReadOnlyList<string> Facts, IReadOnlyList<CardChange> Figures)
{
    public static CardDiff Of(string first, string second)
    {
        var (a, b) = (CardFile.Read(first), CardFile.Read(second));
        var facts = new List<string>();
        if (Text(a["model"]!["id"]) != Text(b["model"]!["id"])) facts.Add($"the models are {Text(a["model"]!["id"])[..12]} and {Text(b["model"]!["id"])[..12]}");
        var (behindA, behindB) = (FilterOf(a), FilterOf(b));
        if (behindA != behindB) facts.Add($"the deployed systems are behind {behindA} and behind {behindB}");
        var (gateA, gateB) = (GateOf(a), GateOf(b));
        if (gateA != gateB) facts.Add($"the gates say {gateA} and {gateB}");
        var (emptyA, emptyB) = (GapsOf(a), GapsOf(b));
        facts.AddRange(emptyA.Except(emptyB).Select(g => $"filled: {g}"));
        facts.AddRange(emptyB.Except(emptyA).Select(g => $"empty now: {g}"));
        var (figuresA, figuresB) = (FiguresOf(a), FiguresOf(b));
        var changes = new List<CardChange>();
        foreach (var row in figuresA.Keys.Union(figuresB.Keys))
        {
            var (left, right) = (figuresA.GetValueOrDefault(row), figuresB.GetValueOrDefault(row));
            if (left is not null && right is not null && Text(left["log_hash"]) == Text(right["log_hash"])) continue;
            var (difference, why) = left is null || right is null ? (null, "only in one of them") : Compare(left, first, right, second);
            changes.Add(new CardChange(row, Figure(left), Figure(right), difference, why));
        }

        return new CardDiff(facts, changes);
    }

    /// <summary>On the items that both asked, from their logs.</summary>
    private static (Estimate? Difference, string Why) Compare(JsonObject left, string first, JsonObject right, string second)
    {
        var results = new List<EvaluationResult>();
        foreach (var (figure, card) in new[] { (left, first), (right, second) })
        {
            var log = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(card))!, Text(figure["log"])));
            if (!File.Exists(log)) return (null, "a log is not at hand");
            if (LoggedResults.Read(log, results) is not null) return (null, "a log was changed");
        }

        var comparison = ResultComparison.Of(results);
        if (comparison.Count == 0) return (null, "the tasks are not the same");
        if (comparison[0].Metrics.FirstOrDefault(m => m.Metric.Name == Text(left["metric"])) is not { } metric || Text(left["slice"]).Length > 0) return (null, "nothing to compare item by item");
        return (metric.Difference, comparison[0].Warnings.Count > 0 ? $"not the model's alone: {string.Join("; ", comparison[0].Warnings)}" : "");
    }

    private static string FilterOf(JsonObject card) => card["behind_filters"] is JsonObject deployed ? Text(deployed["filter"]) : "nothing";

    private static string GateOf(JsonObject card) => card["gate"] is JsonObject gate ? Text(gate["outcome"]) : "nothing";

    private static string[] GapsOf(JsonObject card) => [.. card["gaps"]!.AsArray().OfType<JsonObject>().Select(g => Text(g["row"]))];

    private static Dictionary<string, JsonObject> FiguresOf(JsonObject card) =>
        card["figures"]!.AsArray().OfType<JsonObject>().GroupBy(f => $"{Text(f["row"])} ({Text(f["state"])})", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);

    private static string Figure(JsonObject? figure) => figure is null ? "-" : $"{Number(figure["value"])} ({Number(figure["low"])} to {Number(figure["high"])}), n = {figure["n"]}";

    private static string Number(JsonNode? value) => value is null ? "-" : value.GetValue<double>().ToString("0.000", CultureInfo.InvariantCulture);

    private static string Text(JsonNode? value) => value?.ToString() ?? "";
}
