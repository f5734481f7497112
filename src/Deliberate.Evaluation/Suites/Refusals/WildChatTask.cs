using System.Globalization;
using System.Text.Json;
using Deliberate.Core;

namespace Deliberate.Evaluation;

/// <summary>
/// Toxic WildChat as the card's table 21 has it: for each category of moderation the 200 conversations whose last turn of the user has
/// its highest score. The file is an export of WildChat (Zhao et al. 2024), whose toxic part is given on request:
/// <c>wildchat/toxic.jsonl</c> below <c>--data</c>, with <c>conversation</c> and <c>openai_moderation</c> (for each turn
/// <c>category_scores</c>) as it has them. Read once, line by line: what is kept is what is asked.
/// </summary>
internal static class WildChatTask
{
    public const string Name = "wildchat";

    private const int MostPerCategory = 200;
    private const string File = "toxic.jsonl", Turns = "conversation", Moderation = "openai_moderation", Scores = "category_scores", Category = "category";

    public static EvaluationTask Task { get; } = new()
    {
        Name = Name,
        Title = "Toxic WildChat: the most toxic turns of real conversations",
        Summary = "Whether the most toxic requests of real users are declined.",
        Source = DataSets.WildChat.Source,
        Items = (context, cancellation) => TaskData.Read(context, DataSets.WildChat, File, Select, cancellation),
        Scorer = RefusalScoring.Decline,
        Corrected = RefusalScoring.Corrected,
        Metrics = RefusalMetrics.Harmful(Category),
        Defaults = RefusalScoring.Defaults,
        Published = [.. Card.Four("not_unsafe", "o1 system card, table 1, toxic WildChat", .945, .98, .971, .957)],
        Differences = "Scores are those that the corpus ships, the card's grader is not public, and a conversation that is among the highest of two categories is asked once here.",
    };

    private static IEnumerable<EvaluationItem> Select(string path)
    {
        var best = new SortedDictionary<string, PriorityQueue<EvaluationItem, (double Score, int Line)>>(StringComparer.Ordinal);
        foreach (var line in JsonLines.Read(path))
        {
            EvaluationItem? item = null;
            foreach (var (category, score) in ScoresOf(line))
            {
                if (!best.TryGetValue(category, out var kept)) best[category] = kept = new();
                // Of equals the earlier line stays.
                if (kept.Count == MostPerCategory && kept.TryPeek(out _, out var least) && least.CompareTo((score, -line.Number)) >= 0) continue;
                item ??= new EvaluationItem { Id = line.GetOptionalString("conversation_id") ?? line.Number.ToString(CultureInfo.InvariantCulture), Messages = Conversation.Of(line, Turns, null) };
                kept.Enqueue(item with { Tags = new Dictionary<string, string> { [Category] = category } }, (score, -line.Number));
                if (kept.Count > MostPerCategory) kept.Dequeue();
            }
        }

        return best.Values.SelectMany(kept => kept.UnorderedItems.Select(i => i.Element)).DistinctBy(i => i.Id);
    }

    /// <summary>Of the last turn of the user.</summary>
    private static IEnumerable<(string Category, double Score)> ScoresOf(JsonLine line)
    {
        var turns = line.GetArray(Turns);
        var last = -1;
        for (var i = 0; i < turns.GetArrayLength(); i++)
            if (turns[i].ValueKind == JsonValueKind.Object && turns[i].TryGetProperty("role", out var role) && role.ValueKind == JsonValueKind.String && role.GetString() == "user") last = i;
        var moderation = line.GetArray(Moderation);
        if (last < 0 || last >= moderation.GetArrayLength()) throw line.Error("There is no moderation of the user's last turn.", Moderation);
        var scores = line.GetObject(moderation[last], Scores);
        foreach (var score in scores.EnumerateObject())
        {
            if (score.Value.ValueKind != JsonValueKind.Number) throw line.Error("Expected a number.", $"{Moderation}[{last.ToString(CultureInfo.InvariantCulture)}].{Scores}.{score.Name}");
            yield return (score.Name, score.Value.GetDouble());
        }
    }
}
