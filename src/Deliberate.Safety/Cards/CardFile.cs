using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Deliberate.Core;
using Deliberate.Evaluation;
using Deliberate.Reports;

namespace Deliberate.Safety;

/// <summary>A card on disk: a page, Markdown, or JSON; beside either of the first two the JSON, by which it is checked and compared.</summary>
internal static class CardFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a file's name says what it is to be.</summary>
    public static bool IsKnown(string path) => Path.GetExtension(path) is ".html" or ".md" or ".json";

    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(SystemCard card, string path)
    {
        var json = JsonOf(path);
        AtomicFile.WriteText(json, card.Json().ToJsonString(Indented) + "\n");
        if (path == json) return [path];
        AtomicFile.WriteText(path, Path.GetExtension(path) == ".md" ? CardMarkdown.Render(card) : ReportPage.Render(CardPage.Build(card)));
        return [path, json];
    }

    public static string JsonOf(string path) => Path.ChangeExtension(path, ".json");

    /// <summary>A card that was written, by any of its files.</summary>
    /// <exception cref="UserError">There is none.</exception>
    public static JsonObject Read(string path)
    {
        var file = JsonOf(path);
        if (!File.Exists(file)) throw new UserError("There is no such card.", file, advice: "deliberate card MODEL --output FILE writes one, and its JSON beside it.");
        try
        {
            var card = JsonNode.Parse(Utf8Text.Read(file).Span)!.AsObject();
            if ((string?)card["kind"] != "system-card") throw new UserError("This is no system card.", file);
            if ((int)card["format_version"]! > SystemCard.Format) throw new UserError("The card is of a newer program.", file);
            return card;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or ArgumentNullException)
        {
            throw new UserError("This is no system card.", file, inner: error);
        }
    }

    /// <summary>Why a card does not hold any more, a sentence each: other weights, another filter (where one is named), logs that are gone or were changed, another result of the gate.</summary>
    public static IEnumerable<string> Stale(JsonObject card, string path, GateModels models)
    {
        var (model, id) = (models.Post, (string)card["model"]!["id"]!);
        if (id != model.Id) yield return $"The model is not the one that the card is of: {model.Id[..12]}, not {id[..12]}{((string?)card["model"]!["weights"] == model.Weights ? " (the weights are the same; configuration, tokenizer or template are not)" : "")}.";
        if (models.Deployed is { } deployed && (string?)card["behind_filters"]?["filter"] is var filter && filter != deployed.Filter) yield return $"The filter is not the one that the card is of: {deployed.Filter}, not {filter ?? "none"}.";
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (var log in card["figures"]!.AsArray().OfType<JsonObject>().DistinctBy(f => (string)f["log"]!))
        {
            var file = Path.GetFullPath(Path.Combine(folder, (string)log["log"]!));
            if (!File.Exists(file)) yield return $"{file}: the log is gone that {log["task"]} was measured by.";
            else if (LoggedResults.Damage(file) is { } damage) yield return damage;
            else if (HashOf(file) is var hash && hash != (string)log["log_hash"]!) yield return $"{file}: this is not the log that the card was made from: its hash is {hash[..12]}, not {((string)log["log_hash"]!)[..12]}.";
        }

        if (card["gate"] is JsonObject gate && CanonicalJson.Hash(gate["statement"]) != (string?)gate["hash"]) yield return "The gate's statement in the card is not the one that its hash was made of.";
    }

    private static string HashOf(string log)
    {
        using var file = EvaluationLogFile.Open(log);
        return file.Hash;
    }
}
